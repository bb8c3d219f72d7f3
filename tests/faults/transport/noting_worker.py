"""A real worker of the queue `orders`, with the shop's settings and transport and with tasks that note what they did.

`python -m tests.faults.transport.noting_worker FOLDER [PAUSE_S]`: notes go to FOLDER/notes, faults of the process
itself are switched on by files in FOLDER, and PAUSE_S is the pause after a poll that brought nothing.
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import CredentialRetrievalError
from celery import Celery
from celery.signals import worker_ready
from kombu.transport import SQS

from shared import log
from shared.settings import load_settings
from tests.faults.transport.stand import LONG_S
from workers.app import make_app
from workers.runtime import Runtime
from workers.serving import serve
from workers.transport import Channel, channel

FOLDER = Path(sys.argv[1])
NO_CREDENTIALS, LOSE_CONNECTION = FOLDER / "no-credentials", FOLDER / "lose-connection"


class NoTools:
    async def close(self) -> None:
        """Nothing is open."""


async def no_tools() -> NoTools:
    return NoTools()


def note(*words: object) -> None:
    with (FOLDER / "notes").open("a") as notes:
        notes.write(" ".join(map(str, words)) + "\n")


def times_noted(line: str) -> int:
    return (FOLDER / "notes").read_text().splitlines().count(line)


def add_tasks(app: Celery) -> None:
    @app.task(name="test.note", bind=True)  # type: ignore[untyped-decorator]
    def _note(task: Any, step_id: int) -> None:
        headers = task.request.headers or {}
        note("done", step_id, *headers.values())

    @app.task(name="test.long")  # type: ignore[untyped-decorator]
    def _long(step_id: int) -> None:
        note("begun", step_id)
        time.sleep(LONG_S)
        note("done", step_id)

    @app.task(name="test.fail-once")  # type: ignore[untyped-decorator]
    def _fail_once(step_id: int) -> None:
        note("begun", step_id)
        assert times_noted(f"begun {step_id}") > 1
        note("done", step_id)

    @app.task(name="test.die-once")  # type: ignore[untyped-decorator]
    def _die_once(step_id: int) -> None:
        note("begun", step_id)
        if times_noted(f"begun {step_id}") == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        note("done", step_id)


def add_faults() -> None:
    """Let this process fail, or say where it is, as its environment in a data centre would make it."""
    poll: Any = SQS.Channel._get_async
    cancel: Any = Channel.basic_cancel

    def poll_unless_forbidden(self: Any, *args: Any, **kwargs: Any) -> Any:
        if NO_CREDENTIALS.exists():
            raise CredentialRetrievalError(provider="role", error_msg="the metadata service is away")
        return poll(self, *args, **kwargs)

    def cancel_and_say_so(self: Any, consumer_tag: str) -> None:
        (FOLDER / "stopping").touch()
        cancel(self, consumer_tag)

    setattr(SQS.Channel, "_get_async", poll_unless_forbidden)  # noqa: B010 (mypy forbids the assignment)
    setattr(Channel, "basic_cancel", cancel_and_say_so)  # noqa: B010
    worker_ready.connect(watch_connection)


def watch_connection(sender: Any, **_: object) -> None:
    sender.hub.call_repeatedly(0.1, _lose_connection)


def _lose_connection() -> None:
    if LOSE_CONNECTION.exists():
        LOSE_CONNECTION.unlink()
        raise ConnectionResetError("lost")


if __name__ == "__main__":
    channel.ANSWER_S = 1
    add_faults()
    log.configure("text", "worker-orders")
    app = make_app(load_settings(), on_refused=lambda *facts: note("refused", *facts))
    app.conf.broker_transport_options["first_retry_s"] = 1
    if len(sys.argv) > 2:
        app.conf.broker_transport_options["polling_interval"] = float(sys.argv[2])
    add_tasks(app)
    sys.exit(serve(app, Runtime(no_tools), "orders"))
