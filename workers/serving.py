"""Running a Celery worker in the foreground until SIGTERM, which waits for what runs."""

import logging
import socket
import warnings
from typing import Any

import billiard.pool
from celery import Celery, signals
from celery.worker import state

from workers.runtime import Runtime

logger = logging.getLogger(__name__)

COUNTED_WITHIN = 20  # tenths of a second
# What Celery says of each message says nothing that the ledger does not say with the order's number.
FROM_LEVEL: dict[str, int] = {"celery": logging.WARNING, "celery.app.trace": logging.ERROR}


def serve(app: Celery, runtime: Runtime[Any], queue: str) -> int:
    """Work on one queue; blocks, and returns the exit code: 0 after SIGTERM and after Ctrl-C."""
    for name, level in FROM_LEVEL.items():
        logging.getLogger(name).setLevel(level)
    _let_children_end()
    signals.setup_logging.connect(_keep_our_logging)
    signals.worker_process_shutdown.connect(lambda **_: runtime.close(), weak=False)
    signals.worker_ready.connect(lambda **_: logger.info("worker of the queue %s is ready", queue), weak=False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"(?s).*superuser privileges")  # it takes JSON only
        worker = app.Worker(
            hostname=f"{queue}@{socket.gethostname()}",
            queues=[queue],
            quiet=True,
            without_gossip=True,  # these three need queues of their own
            without_mingle=True,
            without_heartbeat=True,
        )
        worker.start()
    return 0 if _is_asked_to_stop() else int(worker.exitcode or 0)


def _let_children_end() -> None:
    """A child that ends waits until its results were counted, which are in the pipe by then, counted or not.

    The parent that stops takes the last one without counting it now and then, and its child waits for 30 s in vain.
    """
    billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = COUNTED_WITHIN


def _is_asked_to_stop() -> bool:
    """Whether an orderly end was asked for. Celery calls a Ctrl-C a failure, though everything was finished."""
    return state.should_stop is not None and state.should_terminate is None


def _keep_our_logging(**_: Any) -> None:
    """Celery sets up logging of its own unless somebody listens to this signal."""
