"""The Celery application: its settings, each with its reason. No result backend, no remote control, JSON only."""

from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu import Queue

import workers.transport  # noqa: F401 (registers hsqs://)
from shared.messages import DOCUMENTS, MEDIA, ORDERS
from shared.settings import Settings

QUEUES = (ORDERS, DOCUMENTS, MEDIA)
SOFT_LIMIT_S, HARD_LIMIT_S = 50, 60  # of one task; the hard one also ends the visibility heartbeat
CHILDREN = 2  # processes a queue: one may render while the other sends


def make_app(settings: Settings) -> Celery:
    app = Celery("shop")
    app.conf.update(_broker(settings), **_tasks(), **_worker())
    return app


def _broker(settings: Settings) -> dict[str, Any]:
    endpoint = settings.sqs_endpoint_url
    return {
        # kombu takes the endpoint from the URL only; on AWS there is none, and the role's own keys are used.
        "broker_url": f"hsqs://x:x@{urlsplit(endpoint).netloc}//" if endpoint else "hsqs://",
        "broker_transport_options": {
            "region": settings.aws_region,
            "is_secure": not endpoint.startswith("http:"),
            "predefined_queues": {name: {"url": settings.queue_urls[name]} for name in QUEUES},
            "visibility_timeout": settings.visibility_s,
            "wait_time_seconds": settings.sqs_wait_s,
            "polling_interval": 0.1,
            "client-config": {"connect_timeout": 2, "read_timeout": 5, "retries": {"total_max_attempts": 2}},
        },
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_heartbeat": 0,
        "task_queues": [Queue(name, exchange="", routing_key=name) for name in QUEUES],
        "task_default_queue": ORDERS,
        "task_create_missing_queues": False,  # a typo fails at once
    }


def _tasks() -> dict[str, Any]:
    return {
        "task_acks_late": True,
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
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 1000,  # bounds what may leak
        "worker_soft_shutdown_timeout": 10,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }
