"""Messages between the tiers. They carry ids only; the names of queues and tasks are for ever.

The text of a message is what kombu's SQS transport and Celery expect (Celery message protocol, version 2), written here
so that the storefront needs no Celery: docs/decisions/0001.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

ORDERS, DOCUMENTS, MEDIA, JOBS = "orders", "documents", "media", "jobs"

PROCESS_ORDER = "orders.process"
CAPTURE_PAYMENT = "orders.capture"
VOID_PAYMENT = "orders.void"
REFUND_PAYMENT = "orders.refund"
MAKE_INVOICE = "documents.invoice"
MAKE_CREDIT_NOTE = "documents.credit_note"
SEND_RECEIPT = "documents.receipt"
SEND_MAIL = "documents.mail"

# A step of the ledger -> the queue and the task that carry it out; every `mail_KIND` is a SEND_MAIL.
TASK_OF_STEP = {
    "payment": (ORDERS, PROCESS_ORDER),
    "capture": (ORDERS, CAPTURE_PAYMENT),
    "void": (ORDERS, VOID_PAYMENT),
    "refund": (ORDERS, REFUND_PAYMENT),
    "invoice": (DOCUMENTS, MAKE_INVOICE),
    "credit_note": (DOCUMENTS, MAKE_CREDIT_NOTE),
    "receipt": (DOCUMENTS, SEND_RECEIPT),
}
TASKS = (*(task for _, task in TASK_OF_STEP.values()), SEND_MAIL)


@dataclass(frozen=True)
class Message:
    """A step to be carried out. Headers (request_id, order_number) let one grep follow an order through both tiers."""

    queue: str
    task: str
    step_id: int
    headers: Mapping[str, str] = field(default_factory=dict)


def envelope(message: Message) -> str:
    """Write a message as the body of an SQS message, with a task id of its own each time."""
    task_id = f"step-{message.step_id}-{secrets.token_hex(4)}"
    body = json.dumps([[], {"step_id": message.step_id}, {}])
    return _base64(
        json.dumps(
            {
                "body": _base64(body),
                "content-encoding": "utf-8",
                "content-type": "application/json",
                "headers": {**message.headers, **_task_headers(message.task, task_id)},
                "properties": {
                    "body_encoding": "base64",
                    "correlation_id": task_id,
                    "delivery_info": {"exchange": "", "routing_key": message.queue},
                    "delivery_mode": 2,
                    "delivery_tag": task_id,
                    "priority": 0,
                    "reply_to": "",
                },
            }
        )
    )


def _task_headers(task: str, task_id: str) -> dict[str, object]:
    nothing: dict[str, object] = dict.fromkeys(("eta", "expires", "group", "parent_id", "shadow"))
    return {
        **nothing,
        "id": task_id,
        "root_id": task_id,
        "lang": "py",
        "task": task,
        "retries": 0,
        "timelimit": [None, None],
        "argsrepr": "()",
        "kwargsrepr": "{}",
        "ignore_result": True,
        "origin": "shop",
    }


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
