# mypy: allow-untyped-calls
"""A message that the storefront writes is one that kombu and Celery read."""

import base64
import json
from typing import Any

import pytest
from celery import Celery
from celery.app.task import Context
from celery.worker.request import Request
from kombu.transport.SQS import Channel
from kombu.transport.virtual import Message as KombuMessage

from shared.messages import DOCUMENTS, MAKE_INVOICE, ORDERS, PROCESS_ORDER, TASKS, Message, envelope
from tests.broken_messages import BROKEN, base64_of
from workers.steps import WORK
from workers.transport.envelope import Refused, check_envelope, order_number_in

INVOICE = Message(DOCUMENTS, MAKE_INVOICE, 7, {"request_id": "r-1", "order_number": "K7QM-4X2D"})


def received(text: str) -> KombuMessage:
    """What kombu makes of the body of an SQS message."""
    channel: Any = Channel.__new__(Channel)
    payload = channel._envelope_payload(json.loads(channel._decode_python_message_body(text)), text, _sqs(text), "url")
    return KombuMessage(payload, channel=channel)


def _sqs(text: str) -> dict[str, str]:
    return {"Body": text, "ReceiptHandle": "receipt", "MessageId": "1"}


def as_request(text: str) -> Request:
    """What Celery's worker makes of it."""
    app = Celery("reader", set_as_current=False)

    @app.task(name=MAKE_INVOICE)  # type: ignore[untyped-decorator]
    def make_invoice(step_id: int) -> None: ...

    return Request(received(text), app=app, task=make_invoice)


def test_kombu_reads_the_arguments_and_where_the_message_goes() -> None:
    message = received(envelope(INVOICE))

    assert message.payload == [[], {"step_id": 7}, {}]
    assert message.delivery_info["routing_key"] == "documents"
    assert (message.content_type, message.content_encoding) == ("application/json", "utf-8")


def test_celery_reads_the_task_its_id_and_no_time_of_its_own() -> None:
    request = as_request(envelope(INVOICE))

    assert request.name == "documents.invoice"
    assert request.id.startswith("step-7-")
    assert (request.eta, request.expires, request.time_limits) == (None, None, [None, None])


def test_the_ids_of_a_message_are_headers_of_the_tasks_request() -> None:
    request = as_request(envelope(INVOICE))

    headers = Context(request.request_dict).headers

    assert headers is not None
    assert {name: headers[name] for name in ("request_id", "order_number")} == dict(INVOICE.headers)


def test_a_header_of_ours_never_replaces_one_of_celerys() -> None:
    forged = Message(ORDERS, PROCESS_ORDER, 7, {"task": "celery.chain", "id": "x"})

    assert as_request(envelope(forged)).name == "orders.process"


def test_the_same_step_announced_twice_has_two_task_ids() -> None:
    assert as_request(envelope(INVOICE)).id != as_request(envelope(INVOICE)).id


def test_every_task_name_has_its_work() -> None:
    assert set(WORK) == set(TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_our_own_messages_pass(task: str) -> None:
    assert check_envelope(envelope(Message(ORDERS, task, 7, {"request_id": "", "order_number": "K7QM-4X2D"}))) == task


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_message_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        check_envelope(text)


def test_the_number_of_the_order_is_found_in_a_broken_message() -> None:
    full = json.loads(base64.b64decode(envelope(INVOICE)))
    del full["properties"], full["body"]

    assert order_number_in(base64_of(json.dumps(full))) == "K7QM-4X2D"


@pytest.mark.parametrize("number", ["K7QM-4X2D\nforged line", "x" * 500, 7, None, ["K7QM-4X2D"]])
def test_what_is_no_order_number_is_not_taken_for_one(number: object) -> None:
    assert order_number_in(base64_of(json.dumps({"headers": {"order_number": number}}))) is None
