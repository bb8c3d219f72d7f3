"""Steps that were given up, and what an operator does about them.

A dead step that an operator dropped stays dead, and its `done_at` says since when nobody need look at it any more.
A retry begins a step anew: `created_at`, from which its age is counted, and `attempt` start afresh.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection, Row, utc
from shared.messages import Message
from shared.queries.operating import id_of_order
from shared.queries.steps import ANNOUNCE_AFTER_S

LIMIT = 1000  # dead steps in one list; the oldest come first, so that the others follow once these are dealt with
COLUMNS = (
    "s.id, s.order_id, n.number AS order_number, s.step, s.ref, s.state, s.attempt, s.error, s.created_at, "
    "COALESCE(s.next_retry_at, s.due_at) AS since, s.done_at IS NOT NULL AS is_dropped, o.queue, o.task, o.headers"
)
TABLES = "steps s JOIN orders n ON n.id = s.order_id JOIN outbox o ON o.step_id = s.id"


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """A step with its order and its message; `since`: when its state, dead say, began."""

    id: int
    order_id: int
    order_number: str
    step: str
    ref: int
    state: str
    attempt: int
    error: str | None
    created_at: datetime
    since: datetime
    is_dropped: bool
    message: Message

    @property
    def name(self) -> str:
        return f"{self.step}/{self.ref}"


async def dead_steps(connection: Connection) -> list[StepRow]:
    """The dead steps that nobody has dropped, the oldest first."""
    rows = await connection.rows(
        f"SELECT {COLUMNS} FROM {TABLES} WHERE s.state = 'dead' AND s.done_at IS NULL ORDER BY s.due_at LIMIT %s",
        (LIMIT,),
    )
    return [_step(row) for row in rows]


async def steps_named(connection: Connection, order_number: str, step: str) -> list[StepRow]:
    """The steps of an order with one name.

    Raises:
        NotFound: no such order; an order without such a step is no fault here.
    """
    order_id = await id_of_order(connection, order_number)
    rows = await connection.rows(
        f"SELECT {COLUMNS} FROM {TABLES} WHERE s.order_id = %s ORDER BY s.id LIMIT %s", (order_id, LIMIT)
    )
    return [found for found in map(_step, rows) if found.step == step]


async def order_of_step(connection: Connection, step_id: int) -> str | None:
    """The order's number of the step that a message names, or None."""
    row = await connection.row(
        "SELECT n.number FROM steps s JOIN orders n ON n.id = s.order_id WHERE s.id = %s", (step_id,)
    )
    return str(row["number"]) if row else None


async def begin_anew(connection: Connection, step_id: int) -> bool:
    """Queue a dead or retrying step as if it were new; False when it is neither (any more)."""
    return bool(
        await connection.execute(
            "UPDATE steps SET state = 'queued', attempt = 0, error = NULL, next_retry_at = NULL, lease_token = NULL, "
            "lease_until = NULL, done_at = NULL, created_at = UTC_TIMESTAMP(6), "
            "due_at = UTC_TIMESTAMP(6) + INTERVAL %s SECOND WHERE id = %s AND state IN ('dead', 'retrying')",
            (ANNOUNCE_AFTER_S, step_id),
        )
    )


async def drop(connection: Connection, step_id: int) -> bool:
    """Note that a dead step was looked at and stays undone; False when it is not dead, or was dropped before."""
    return bool(
        await connection.execute(
            "UPDATE steps SET done_at = UTC_TIMESTAMP(6) WHERE id = %s AND state = 'dead' AND done_at IS NULL",
            (step_id,),
        )
    )


async def clear_attention(connection: Connection, order_id: int) -> None:
    """Take back the call for a person that a dead step made, once the order has none; other calls stay."""
    await connection.execute(
        "UPDATE orders SET attention = NULL WHERE id = %s AND attention LIKE 'The step %% failed for good.' "
        "AND NOT EXISTS (SELECT 1 FROM steps WHERE order_id = %s AND state = 'dead' AND done_at IS NULL)",
        (order_id, order_id),
    )


def _step(row: Row) -> StepRow:
    message = Message(row.pop("queue"), row.pop("task"), row["id"], json.loads(row.pop("headers")))
    times = {name: utc(row[name]) for name in ("created_at", "since")}
    return StepRow(**row | times | {"is_dropped": bool(row["is_dropped"])}, message=message)
