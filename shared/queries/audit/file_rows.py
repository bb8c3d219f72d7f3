"""Documents that are files, and up to when their contents were looked at."""

from collections.abc import Sequence
from datetime import datetime

from shared.db import Connection, Reads
from shared.queries.audit.packed import Source, packed
from shared.queries.sql import in_list

FILE = ("id", "subject", "kind", "number", "path", "sha256", "size", "done_at >= %s")
HAS_FILE = "state = 'done' AND (path IS NOT NULL OR number IS NOT NULL)"
NAME, KEY = "audit-files", "last"  # the row of `jobs`; as jobs are purged after weeks, so is it, and all are read again


async def file_rows(connection: Reads, after_id: int, limit: int, since: datetime) -> list[list[str]]:
    """FILE's columns of the next documents that are files; the last one says whether it was made since then."""
    columns = "id, subject, kind, number, path, sha256, size, done_at"
    page = (
        f"(SELECT {columns} FROM documents FORCE INDEX (PRIMARY) "
        f"WHERE id > %s AND {HAS_FILE} ORDER BY id LIMIT %s) AS page"
    )
    rows = await packed(connection, FILE, Source(page, (since, after_id, limit)))
    return sorted(rows, key=lambda row: int(row[0]))


async def order_numbers(connection: Reads, order_ids: Sequence[int]) -> dict[int, str]:
    if not order_ids:
        return {}
    rows = await connection.rows(f"SELECT id, number FROM orders WHERE id IN ({in_list(order_ids)})", order_ids)
    return {row["id"]: row["number"] for row in rows}


async def now(connection: Connection) -> datetime:
    """The database's time, without a zone."""
    row = await connection.row("SELECT UTC_TIMESTAMP(6) AS at")
    assert row is not None
    found: datetime = row["at"]
    return found


async def last_look(connection: Connection) -> datetime | None:
    """When an audit last found every file right; None if none ever did."""
    row = await connection.row("SELECT done_at FROM jobs WHERE name = %s AND done_key = %s", (NAME, KEY))
    return row["done_at"] if row else None


async def note_look(connection: Connection, at: datetime) -> None:
    await connection.execute(
        "INSERT INTO jobs (name, done_key, state, created_at, done_at) VALUES (%s, %s, 'done', %s, %s) "
        "ON DUPLICATE KEY UPDATE done_at = VALUES(done_at)",
        (NAME, KEY, at, at),
    )
