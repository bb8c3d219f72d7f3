"""Celery's tasks. A task is a name and one call; what it does is tested without Celery and safe to run twice."""

import logging
from typing import Any

from celery import Celery
from celery.exceptions import Reject

from shared import log
from shared.own_writes import concerns
from workers.ledger import StepWork, carry_out
from workers.runtime import Runtime
from workers.steps import WORK
from workers.tools import Tools

logger = logging.getLogger(__name__)


def add_tasks(app: Celery, runtime: Runtime[Tools]) -> None:
    for name, work in WORK.items():
        add_task(app, runtime, name, work)


def add_task(app: Celery, runtime: Runtime[Tools], name: str, work: StepWork) -> None:
    @app.task(name=name, bind=True)  # type: ignore[untyped-decorator]
    def run(task: Any, step_id: int) -> None:
        headers = task.request.headers or {}
        ids = {name: headers.get(name) for name in ("request_id", "order_number")}
        with log.bind(task_id=task.request.id, **ids):
            try:
                runtime.run(carry_out_in_sight(runtime.tools, work, step_id))
            except Exception as error:  # the ledger could not even record it: the database is away, or time ran out
                logger.exception("step %s was not carried out; its message comes again", step_id)
                raise Reject(type(error).__name__) from error


async def carry_out_in_sight(tools: Tools, work: StepWork, step_id: int) -> None:
    """Whoever looks at the order sees at once what a step wrote: a page that has said more never says less again."""
    if number := log.bound("order_number"):
        concerns(f"order:{number}")
    await carry_out(tools, work, step_id)
