"""Rows that nobody asks for any more, deleted in small batches: read without a lock, then deleted by their ids."""

from dataclasses import dataclass

from shared.db import Connection
from shared.queries.sql import in_list


@dataclass(frozen=True)
class OldRows:
    """Rows of a table that may go once a time of theirs is `days` days past."""

    table: str
    is_old: str
    days: int


# A job's done-key must outlive its message, which SQS keeps for 14 days and a redrive starts anew.
KINDS = (
    OldRows("jobs", "done_at < {before}", 60),
    OldRows("sessions", "(ended_at < {before} OR expires_at < {before})", 7),
    OldRows("tokens", "(used_at < {before} OR expires_at < {before})", 7),
    OldRows("audit_findings", "gone_at < {before}", 90),
    OldRows("mail_events", "at < {before}", 60),
    OldRows("taken_carts", "taken_at < {before}", 400),  # no browser keeps a copy of a cart for so long
)


async def delete_old(connection: Connection, kind: OldRows, limit: int) -> int:
    """Delete at most `limit` old rows of a kind and return how many; fewer than `limit` means there are no more."""
    before = f"UTC_TIMESTAMP(6) - INTERVAL {kind.days} DAY"
    rows = await connection.rows(
        f"SELECT id FROM {kind.table} WHERE {kind.is_old.format(before=before)} LIMIT %s", (limit,)
    )
    ids = [row["id"] for row in rows]
    if ids:
        await connection.execute(f"DELETE FROM {kind.table} WHERE id IN ({in_list(ids)})", ids)
    return len(ids)
