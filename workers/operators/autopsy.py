"""Why a message lies in a dead-letter queue, and whose it is: read only, and never believed."""

import base64
import json
from dataclasses import dataclass

from shared.db import Connection
from shared.messages import JOBS, TASKS
from shared.queries.dead_steps import order_of_step
from workers.operators.dead_queues import DeadMessage
from workers.transport.envelope import Refused, check_envelope, order_number_in


@dataclass(frozen=True)
class Finding:
    """What the message asks for, why that came to nothing, and its order's number, where it has one."""

    what: str
    why: str
    order_number: str | None


async def examine(connection: Connection, message: DeadMessage) -> Finding:
    if message.queue == JOBS:
        return Finding("job", "it was tried too often", None)
    number = order_number_in(message.body)
    try:
        task = check_envelope(message.body)
    except Refused as refused:
        return Finding("unreadable", str(refused), number)
    if task not in TASKS:
        return Finding("unknown task", f"no task is called {task[:60]!r}", number)
    step_id = step_id_in(message.body)
    if step_id is None:
        return Finding(task, "it names no step", number)
    owner = await order_of_step(connection, step_id)
    return Finding(task, "it was tried too often" if owner else "its step is none of ours", owner or number)


def step_id_in(text: str) -> int | None:
    """The step that a message which `check_envelope` let pass is about; None where it says none."""
    outer = json.loads(base64.b64decode(text))
    step_id = json.loads(base64.b64decode(outer["body"]))[1].get("step_id")
    return step_id if isinstance(step_id, int) and 0 < step_id < 2**63 else None
