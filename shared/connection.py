"""What runs statements on MySQL. Queries that only read take `Reads`, which readers give; all others a `Connection`."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol, cast

import aiomysql
from pymysql.constants import ER
from pymysql.err import InterfaceError, InternalError, MySQLError, OperationalError

Row = dict[str, Any]
Args = Sequence[Any]


@dataclass(frozen=True)
class Variable:
    """A variable of the session as an argument: what only the server knows while it runs several statements."""

    name: str

    def __str__(self) -> str:
        return self.name


class Statement(NamedTuple):
    sql: str
    args: Args = ()


READ_S = 8
READ_ONLY = {1290, 1836}  # the writer has become a reader


class Reads(Protocol):
    """Gives rows, and offers no way to change anything. Statements use %s for their arguments."""

    async def rows(self, sql: str, args: Args = ()) -> list[Row]: ...

    async def row(self, sql: str, args: Args = ()) -> Row | None: ...


class Connection:
    """One connection that may write; statements use %s for their arguments."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.stale: set[str] = set()
        self.has_written = False

    def makes_stale(self, what: str) -> None:
        """Name a SKU, or EVERYTHING, whose kept pages and values this transaction outdates; told after its commit."""
        self.stale.add(what)

    async def execute(self, sql: str, args: Args = ()) -> int:
        """Run a statement and return how many rows it found."""
        return (await self.execute_told(sql, args))[0]

    async def execute_told(self, sql: str, args: Args = ()) -> tuple[int, int]:
        """Run a statement; returns how many rows it found, and what it gave to LAST_INSERT_ID()."""
        self.has_written = True
        async with asyncio.timeout(READ_S), self.raw.cursor() as cursor:
            return int(await cursor.execute(sql, tuple(args))), int(cursor.lastrowid)

    async def insert(self, sql: str, args: Args = ()) -> int:
        """Run an INSERT and return the new row's id."""
        return (await self.execute_told(sql, args))[1]

    async def many(self, sql: str, rows: Sequence[Args]) -> None:
        """Run one INSERT … VALUES (…) with many rows, in as few round trips as fit into a packet."""
        if rows:
            self.has_written = True
            async with asyncio.timeout(READ_S), self.raw.cursor() as cursor:
                await cursor.executemany(sql, [tuple(row) for row in rows])

    async def together(self, statements: Sequence[Statement]) -> Row:
        """Run statements in one round trip, up to the first that fails; returns the row that the last one gives.

        The connection must come from a pool that takes MULTI_STATEMENTS.
        """
        self.has_written = True
        text = ";\n".join(sql % tuple(map(self._literal, args)) for sql, args in statements)
        async with asyncio.timeout(READ_S), self.raw.cursor(aiomysql.DictCursor) as cursor:
            await cursor.execute(text)
            while await cursor.nextset():
                pass
            return cast(Row, await cursor.fetchone())

    def _literal(self, arg: object) -> str:
        return arg.name if isinstance(arg, Variable) else str(self.raw.escape(arg))

    async def rows(self, sql: str, args: Args = ()) -> list[Row]:
        async with asyncio.timeout(READ_S), self.raw.cursor(aiomysql.DictCursor) as cursor:
            await cursor.execute(sql, tuple(args))
            return list(await cursor.fetchall())

    async def row(self, sql: str, args: Args = ()) -> Row | None:
        found = await self.rows(sql, args)
        return found[0] if found else None

    async def begin(self) -> None:
        await _answered(self.raw.begin())

    async def commit(self) -> None:
        await _answered(self.raw.commit())

    async def rollback(self) -> None:
        if not self.raw.closed:  # a cancelled query has closed it already
            await _answered(self.raw.rollback())


async def _answered(statement: Awaitable[None]) -> None:
    """Raises TimeoutError: no answer came, so whether it was done is unknown; the connection is closed."""
    async with asyncio.timeout(READ_S):
        await statement


def is_lost(error: BaseException) -> bool:
    """Whether the server is gone, or has become another one than we need, or the connection is out of step."""
    if isinstance(error, OperationalError | InternalError):
        code = code_of(error)
        return code in READ_ONLY or 2000 <= code < 3000 or code in (1053, 1152, 1158, 1159, 1160, 1161, 1927)
    return isinstance(error, InterfaceError | OSError | asyncio.CancelledError | TimeoutError)


def code_of(error: BaseException) -> int:
    return int(error.args[0]) if error.args and isinstance(error.args[0], int) else 0


def is_duplicate(error: BaseException) -> bool:
    """Whether a UNIQUE key refused a row."""
    return isinstance(error, MySQLError) and code_of(error) == ER.DUP_ENTRY


def utc(value: datetime) -> datetime:
    """A stored time, which MySQL gives without a zone, as what it is: UTC."""
    return value.replace(tzinfo=UTC)
