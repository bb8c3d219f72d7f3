"""Reading many short rows in one packet, and several statements at one moment in time.

The driver pays some 30 µs for each row it is sent; the auditor reads a million. So a page of rows comes as one text.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.db import Database, Reads

MOST_CHARACTERS = 8_000_000  # of one packed page; a page of a thousand orders needs half a million


class PageTooLarge(Exception):
    """The server cut a packed page off; a smaller page would have fitted."""


@dataclass(frozen=True)
class Source:
    """Where packed rows come from: all that stands behind FROM, with %s for its arguments."""

    tables: str
    args: Sequence[object] = ()


async def packed(connection: Reads, columns: Sequence[str], source: Source) -> list[list[str]]:
    """The rows of a query as texts; NULL is "". For ASCII values without tabs and line feeds only.

    Raises:
        PageTooLarge: the rows did not fit.
    """
    fields = ", ".join(f"COALESCE({column}, '')" for column in columns)
    row = await connection.row(
        f"SELECT COUNT(*) AS n, GROUP_CONCAT(CONCAT_WS('\\t', {fields}) SEPARATOR '\\n') AS packed "
        f"FROM {source.tables}",
        source.args,
    )
    assert row is not None
    lines = row["packed"].split("\n") if row["packed"] is not None else []
    if len(lines) != row["n"] or any(line.count("\t") != len(columns) - 1 for line in lines[-1:]):
        raise PageTooLarge(f"{row['n']} rows of {source.tables[:40]}")
    return [line.split("\t") for line in lines]


def id_list(ids: Sequence[int]) -> str:
    """Ids for an IN list, written out: the driver takes 5 µs to put one into its place holder."""
    return ", ".join(map(str, map(int, ids)))


async def ids_after(connection: Reads, table: str, after_id: int, limit: int) -> list[int]:
    """The next ids of a table, in order; an empty list is its end."""
    page = Source(f"(SELECT id FROM {table} WHERE id > %s ORDER BY id LIMIT %s) AS page", (after_id, limit))
    return sorted(int(row[0]) for row in await packed(connection, ["id"], page))


@asynccontextmanager
async def moment(database: Database, *, fresh: bool = False) -> AsyncIterator[Reads]:
    """One moment of the database for several statements; it locks nothing and must be left within seconds.

    Args:
        fresh: of the writer, not of a reader that may lag.
    """
    async with database.snapshot(f"SET SESSION group_concat_max_len = {MOST_CHARACTERS}", fresh=fresh) as connection:
        yield connection
