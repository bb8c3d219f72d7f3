"""What operators ask about the queues, and which order they speak of."""

from collections.abc import Mapping

from shared.db import Connection
from shared.errors import NotFound


async def oldest_waiting_s(connection: Connection) -> Mapping[str, float]:
    """Queue -> age in seconds of the oldest step that is due and waits for a worker; queues without one are left out.

    SQS tells the age of a queue's oldest message to CloudWatch only, so the ledger is asked: a queued step waits since
    it was written, a retrying one since its next try came due.
    """
    rows = await connection.rows(
        "SELECT o.queue, MAX(TIMESTAMPDIFF(MICROSECOND, COALESCE(s.next_retry_at, s.created_at), UTC_TIMESTAMP(6))) "
        "/ 1e6 AS age_s FROM steps s JOIN outbox o ON o.step_id = s.id WHERE s.state IN ('queued', 'retrying') "
        "AND (s.next_retry_at IS NULL OR s.next_retry_at <= UTC_TIMESTAMP(6)) GROUP BY o.queue"
    )
    return {row["queue"]: float(row["age_s"]) for row in rows}


async def oldest_job_s(connection: Connection) -> float | None:
    """Age in seconds of the oldest job that was handed over and is not over, or None."""
    row = await connection.row(
        "SELECT MAX(TIMESTAMPDIFF(MICROSECOND, created_at, UTC_TIMESTAMP(6))) / 1e6 AS age_s FROM jobs "
        "WHERE state IN ('queued', 'retrying')"
    )
    return float(row["age_s"]) if row and row["age_s"] is not None else None


async def id_of_order(connection: Connection, number: str) -> int:
    """Raises NotFound for a number that no order has."""
    row = await connection.row("SELECT id FROM orders WHERE number = %s", (number,)) if number.isascii() else None
    if row is None:
        raise NotFound("There is no such order.")
    return int(row["id"])


async def is_ordered_before_restore(connection: Connection, order_id: int) -> bool:
    """Whether an order is older than a restored backup.

    Then somebody may have been sent what the ledger, being older, does not know of: ask before sending.
    """
    row = await connection.row(
        "SELECT 1 FROM orders o JOIN jobs j ON j.name = 'restore' AND j.done_at >= o.placed_at WHERE o.id = %s LIMIT 1",
        (order_id,),
    )
    return row is not None
