"""A Celery worker of one queue: `python -m workers orders|documents|media`. A slow PDF must not hold an order."""

import argparse
import logging
import sys
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown, worker_ready

from shared import log
from shared.settings import Settings, SettingsError, load_settings
from workers.app import QUEUES, make_app
from workers.ledger import StepWork, carry_out
from workers.runtime import Runtime
from workers.steps import WORK

logger = logging.getLogger("workers")


def add_tasks(app: Celery, runtime: Runtime) -> None:
    """A task is a name and one call."""
    for name, work in WORK.items():
        app.task(name=name, bind=True)(_task(runtime, work))


def _task(runtime: Runtime, work: StepWork) -> Any:
    def run(task: Any, step_id: int) -> None:
        headers = task.request.headers or {}
        ids = {name: headers.get(name) or getattr(task.request, name, None) for name in ("request_id", "order_number")}
        with log.bind(task_id=task.request.id, **ids):
            runtime.run(carry_out(runtime.tools, work, step_id))

    return run


def serve(settings: Settings, queue: str) -> int:
    """Work until SIGTERM; then finish what runs."""
    app, runtime = make_app(settings), Runtime(settings)
    add_tasks(app, runtime)
    worker_process_init.connect(lambda **_: log.configure(settings.log_format, f"worker-{queue}"), weak=False)
    worker_process_shutdown.connect(lambda **_: runtime.close(), weak=False)
    worker_ready.connect(lambda **_: logger.info("worker of the queue %s is ready", queue), weak=False)
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--queues", queue]
    app.worker_main(["worker", "--loglevel", "INFO", *options, "--hostname", f"{queue}@%h"])
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m workers", description="A Celery worker of one queue.")
    parser.add_argument("queue", choices=QUEUES)
    queue = parser.parse_args().queue
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"settings: {error}\n")
        return 2
    log.configure(settings.log_format, f"worker-{queue}")
    return serve(settings, queue)


if __name__ == "__main__":
    sys.exit(main())
