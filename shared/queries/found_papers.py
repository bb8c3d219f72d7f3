"""Documents that the ledger lost with what was restored, and that come back into it from their files."""

from datetime import datetime

from shared.db import Connection

LOST = "lost:"  # how the subject of a document begins whose order is no more; its number follows


async def last_end(connection: Connection) -> datetime | None:
    """When the newest document was done, as the ledger knows it; without a zone, in UTC."""
    row = await connection.row("SELECT MAX(done_at) AS at FROM documents")
    return row["at"] if row else None


async def bearer_of(connection: Connection, number: str) -> str | None:
    """The number of the order whose document bears this number, or None."""
    row = await connection.row(
        "SELECT COALESCE(o.number, SUBSTRING_INDEX(d.subject, ':', -1)) AS number FROM documents d "
        "LEFT JOIN orders o ON d.subject = CONCAT('order:', o.id) WHERE d.number = %s",
        (number,),
    )
    return str(row["number"]) if row else None


async def lift_range(connection: Connection, kind: str, n: int) -> None:
    """Numbers of a range go on after this one at least."""
    await connection.execute("UPDATE number_ranges SET last = %s WHERE kind = %s AND last < %s", (n, kind, n))


async def next_revision(connection: Connection, subject: str, kind: str) -> int:
    row = await connection.row(
        "SELECT COALESCE(MAX(revision), 0) + 1 AS next FROM documents WHERE subject = %s AND kind = %s", (subject, kind)
    )
    assert row is not None
    return int(row["next"])


async def note_end(connection: Connection, document_id: int, at: datetime) -> None:
    """A document was done when its file was written, so that it is not taken for the newest."""
    await connection.execute("UPDATE documents SET done_at = %s WHERE id = %s", (at.replace(tzinfo=None), document_id))
