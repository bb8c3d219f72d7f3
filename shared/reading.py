"""A connection to read with. It is led to another server when the one it has is lost, or late."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from pymysql.constants import ER
from pymysql.err import MySQLError

from shared.connection import Args, Connection, Reads, Row, code_of, is_lost
from shared.errors import Unavailable
from shared.pool import ServerLost
from shared.readers import MOST_TRIES, Late, Reader, Readers

T = TypeVar("T")
NOT_HERE_YET = {ER.NO_SUCH_TABLE, ER.BAD_FIELD_ERROR}  # a reader has not met a migration so far


@asynccontextmanager
async def reading(readers: Readers, mark: float) -> AsyncIterator[Reads]:
    """Read, in autocommit mode, what was written by the mark at least; from one server, while it lasts.

    Raises:
        Unavailable: nobody who could be asked answers.
    """
    connection = Leading(readers, mark)
    try:
        await connection.open()
        yield connection
    except BaseException as error:
        told = await connection.leave(error)
        if isinstance(told, MySQLError | OSError) and is_lost(told):
            raise Unavailable("The database does not answer.") from told
        if told is error:
            raise
        raise told from error
    await connection.close()


class Leading:
    """What `reading` gives."""

    def __init__(self, readers: Readers, mark: float) -> None:
        self._readers, self._mark = readers, mark
        self._tried: list[Reader | None] = []
        self._hold = AsyncExitStack()
        self._connection: Connection | None = None

    async def rows(self, sql: str, args: Args = ()) -> list[Row]:
        return await self._ask(lambda connection: connection.rows(sql, args))

    async def row(self, sql: str, args: Args = ()) -> Row | None:
        return await self._ask(lambda connection: connection.row(sql, args))

    async def open(self) -> None:
        """Raises what `reading` raises, so that nobody begins in vain."""
        await self._ask(_nothing)

    async def close(self) -> None:
        self._connection = None
        await self._hold.aclose()

    async def leave(self, error: BaseException) -> BaseException:
        """Give the connection back; returns the error that ended its use, or what its circuit made of that."""
        hold, self._hold, self._connection = self._hold, AsyncExitStack(), None
        try:
            await hold.__aexit__(type(error), error, error.__traceback__)
        except BaseException as told:
            return told
        return error

    async def _ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        while True:
            try:
                return await question(self._connection or await self._take())
            except BaseException as error:
                told = await self.leave(error)
                if told is error and not self._leads_on(told):
                    raise
                if not self._leads_on(told):
                    raise told from error

    async def _take(self) -> Connection:
        """Raises Late: what must be shown has not arrived there."""
        reader = self._readers.choose(self._mark, self._tried)
        self._tried.append(reader)
        pool = reader.pool if reader else self._readers.at_writer
        connection = await self._hold.enter_async_context(pool.connection())
        if reader and not await reader.shows(connection, self._mark):
            raise Late(reader.name)
        self._connection = connection
        return connection

    def _leads_on(self, error: BaseException) -> bool:
        """Whether the question is asked once more, elsewhere; questions change nothing, so it may be."""
        if self._tried[-1] is None or len(self._tried) >= MOST_TRIES or isinstance(error, asyncio.CancelledError):
            return False
        return isinstance(error, ServerLost | Late) or is_lost(error) or code_of(error) in NOT_HERE_YET


async def _nothing(_: Connection) -> None:
    return
