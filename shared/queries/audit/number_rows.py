"""The numbers that documents bear, read from their index alone."""

from shared.db import Reads
from shared.queries.audit.packed import Source, packed


async def last_number(connection: Reads, kind: str) -> int:
    row = await connection.row("SELECT last FROM number_ranges WHERE kind = %s", (kind,))
    return int(row["last"]) if row else 0


async def numbers_after(connection: Reads, letter: str, after: str, limit: int) -> list[str]:
    """The next numbers that begin with this letter, in the order of their characters."""
    page = "(SELECT number FROM documents WHERE number > %s AND number LIKE %s ORDER BY number LIMIT %s) AS page"
    rows = await packed(connection, ["number"], Source(page, (after, f"{letter}%", limit)))
    return sorted(row[0] for row in rows)
