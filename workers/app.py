# mypy: allow-untyped-calls
"""The Celery application: its settings. No result backend, no remote control, JSON only.

Retries are the step ledger's; what Celery and SQS repeat is only what a killed process or a lost answer left undone.
"""

from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu.entity import Queue

import workers.transport  # noqa: F401 (registers hsqs://)
from shared.messages import DOCUMENTS, MEDIA, ORDERS
from shared.settings import Settings
from workers.transport.refusals import OnRefused

QUEUES = (ORDERS, DOCUMENTS, MEDIA)
SOFT_LIMIT_S, HARD_LIMIT_S = 50, 60  # of one task; the hard one also ends the keeping of its message from others
CHILDREN = 2  # processes a queue: while one waits for the mail server or the provider, the other works
POLL_AGAIN_S = 0.1  # pause after a poll that brought nothing
CHILD_START_S = 20  # how long a child may take to start on a busy machine, before it is killed; Celery says 4


def make_app(settings: Settings, on_refused: OnRefused | None = None) -> Celery:
    """Make the application, without tasks; opens nothing.

    Args:
        on_refused: called as (queue, order_number or None, reason) when a message that cannot become a task is seen
            for the first time; in the worker's main process, so it must not block.
    """
    app = Celery("shop", set_as_current=False)
    transport = {
        **_transport(settings),
        "knows": lambda name: name in app.tasks,
        "on_refused": on_refused or (lambda *_: None),
    }
    app.conf.update(_broker(settings), broker_transport_options=transport, **_tasks(), **_worker())
    return app


def _broker(settings: Settings) -> dict[str, Any]:
    endpoint = settings.sqs_endpoint_url
    return {
        # kombu takes the endpoint from the URL only; on AWS there is none, and the role's own keys are used.
        "broker_url": f"hsqs://x:x@{urlsplit(endpoint).netloc}//" if endpoint else "hsqs://",
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_heartbeat": 0,  # SQS has none
        "task_queues": [Queue(name, exchange="", routing_key=name) for name in QUEUES],
        "task_default_queue": ORDERS,
        "task_create_missing_queues": False,  # a typo fails at once
    }


def _transport(settings: Settings) -> dict[str, Any]:
    return {
        "region": settings.aws_region,  # the endpoint on AWS follows from it
        "is_secure": not settings.sqs_endpoint_url.startswith("http:"),
        "predefined_queues": {name: {"url": settings.queue_urls[name]} for name in QUEUES},
        "visibility_timeout": settings.visibility_s,  # the same number as on the queue itself
        "wait_time_seconds": settings.sqs_wait_s,
        "polling_interval": POLL_AGAIN_S,
        # boto3's calls (delete, give back) stop the worker's main loop while they wait.
        "client-config": {"connect_timeout": 2, "read_timeout": 5, "retries": {"total_max_attempts": 2}},
    }


def _tasks() -> dict[str, Any]:
    return {
        "task_acks_late": True,  # a message is deleted once its task was done, and never before
        "task_reject_on_worker_lost": True,
        "task_acks_on_failure": False,
        "task_acks_on_timeout": False,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_soft_time_limit": SOFT_LIMIT_S,
        "task_time_limit": HARD_LIMIT_S,
        "task_publish_retry": False,  # the sweep does it
    }


def _worker() -> dict[str, Any]:
    return {
        "worker_concurrency": CHILDREN,
        "worker_prefetch_multiplier": 1,  # what a busy worker has taken, an idle one cannot do
        "worker_proc_alive_timeout": CHILD_START_S,
        "worker_max_tasks_per_child": 1000,  # bounds what may leak
        "worker_soft_shutdown_timeout": 10,  # for SIGQUIT only; SIGTERM waits for what runs, without limit
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }
