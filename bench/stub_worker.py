"""`python -m bench.stub_worker`: the worker of the queue `orders`, with the work of its steps stubbed out.

Everything around the work is real: claim, lease, renewal, the transaction that ends the step, the message's delete.
Beside the steps it knows a task that does nothing at all.
"""

import sys

from celery import Celery

from shared import log
from shared.messages import ORDERS
from shared.queries.steps import Claim
from shared.settings import load_settings
from workers.app import make_app
from workers.ledger import Done, nothing
from workers.runtime import Runtime
from workers.serving import serve
from workers.steps import WORK
from workers.tasks import add_task
from workers.tools import Tools, open_tools

NOTHING = "bench.nothing"


async def done_at_once(_: Tools, __: Claim) -> Done:
    return Done(nothing)


def add_stubs(app: Celery, runtime: Runtime[Tools]) -> None:
    for name in WORK:
        add_task(app, runtime, name, done_at_once)

    @app.task(name=NOTHING)  # type: ignore[untyped-decorator]
    def _nothing(step_id: int) -> None:
        """Celery, kombu and SQS alone."""


def main() -> int:
    settings = load_settings()
    log.configure(settings.log_format, "stub-worker")
    app, runtime = make_app(settings), Runtime(lambda: open_tools(settings))
    add_stubs(app, runtime)
    return serve(app, runtime, ORDERS)


if __name__ == "__main__":
    sys.exit(main())
