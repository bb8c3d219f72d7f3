"""MySQL for both tiers: a writer and its readers, without blocking. SQL itself stands in shared/queries only."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, TypeVar

from pymysql.constants import CLIENT, ER
from pymysql.err import MySQLError

from shared.connection import Args, Connection, Reads, Row, Statement, Variable, code_of, is_duplicate, is_lost, utc
from shared.errors import Unavailable
from shared.pool import Pool, calm
from shared.readers import Readers
from shared.reading import reading
from shared.server import Server

__all__ = [
    "EVERYTHING",
    "Args",
    "Connection",
    "Database",
    "Reads",
    "Row",
    "StaleNews",
    "Statement",
    "Variable",
    "code_of",
    "is_conflict",
    "is_duplicate",
    "utc",
]

T = TypeVar("T")

POOL_SIZE = 16  # connections a process: more raise the p99 and sell no more orders
AT_ONCE_SIZE = 8  # connections that take whole transactions at once
CONFLICTS = {ER.LOCK_DEADLOCK, ER.LOCK_WAIT_TIMEOUT}
TRIES = 3  # of a transaction that met a deadlock
EVERYTHING = "*"  # outdated: all pages and values made of the catalogue


class StaleNews(Protocol):
    """Is told after each commit what that transaction has outdated, if anything; closed with the database."""

    def tell_soon(self, stale: frozenset[str]) -> None: ...

    async def close(self) -> None: ...


class WriteMarks(Protocol):
    """Is told after each write, before whoever wrote is, by when it was done; closed with the database."""

    async def keep(self, mark: float) -> None: ...

    async def close(self) -> None: ...


class Database:
    """The writer and its readers. Reads that may be a moment old go to a reader, all else to the writer."""

    def __init__(
        self,
        writer_url: str,
        reader_urls: Sequence[str] = (),
        pool_size: int = POOL_SIZE,
        news: StaleNews | None = None,
        marks: WriteMarks | None = None,
    ) -> None:
        self._news = news
        self._marks = marks if reader_urls else None  # the writer itself is never behind
        self.writer_server = Server(writer_url, "writer")
        self.writer_pool = Pool(self.writer_server, pool_size)
        self._at_once_pool = Pool(self.writer_server, min(AT_ONCE_SIZE, pool_size), flags=CLIENT.MULTI_STATEMENTS)
        self.readers = Readers(reader_urls, pool_size, self.writer_server, self.writer_pool)

    @property
    def has_readers(self) -> bool:
        return bool(self.readers.all)

    @property
    def can_read(self) -> bool:
        return self.knows(-math.inf)

    def knows(self, moment: float) -> bool:
        """Whether what was written until our monotonic clock showed this can be read just now."""
        return self.readers.can_show(self.readers.pulse.at(moment))

    def reader(self, mark: float = -math.inf) -> AbstractAsyncContextManager[Reads]:
        """A connection to read with, at which everything has arrived that was written by the mark."""
        return reading(self.readers, mark)

    def writer(self) -> AbstractAsyncContextManager[Connection]:
        """A connection in autocommit mode on the writer: one statement is one transaction."""
        return self._marking(self.writer_pool)

    @asynccontextmanager
    async def snapshot(self, settings: str, *, fresh: bool = False) -> AsyncIterator[Reads]:
        """A transaction that only reads, all of it at one moment; see `moment`.

        Args:
            settings: a SET statement that its questions need.
        """
        reader = None if fresh else self.readers.choose(-math.inf)
        async with calm(reader.pool if reader else self.writer_pool) as connection:
            await connection.execute(settings)
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            await connection.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            try:
                yield connection
            finally:
                await connection.rollback()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """All or nothing: commits on a clean exit, rolls back on any exception."""
        async with self._marking(self.writer_pool) as connection:
            await connection.begin()
            try:
                yield connection
            except BaseException:
                await connection.rollback()
                raise
            try:
                await connection.commit()
            finally:  # an answer that is lost says nothing of the commit
                self._tell(connection.stale)

    async def retrying(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Run `work` in a transaction, again after a deadlock or a lock wait (1213, 1205), three times at most."""

        async def once() -> T:
            async with self.transaction() as connection:
                return await work(connection)

        return await _again_after_conflicts(once)

    async def at_once(
        self, statements: Sequence[Statement], told: Statement, stale: Callable[[Row], Iterable[str]]
    ) -> Row:
        """Run a transaction in one round trip, retried like `retrying`; an error of the server leaves nothing done.

        Args:
            told: a SELECT of one row, which is returned.
            stale: what the transaction has outdated, given that row.
        """
        whole = [Statement("START TRANSACTION"), *statements, Statement("COMMIT"), told]

        async def once() -> Row:
            async with self._marking(self._at_once_pool) as connection:
                try:
                    row = await connection.together(whole)
                except BaseException as error:
                    if is_lost(error):  # an answer that is lost says nothing of the commit
                        self._tell({EVERYTHING})
                    await connection.rollback()
                    raise
                self._tell(stale(row))
                return row

        return await _again_after_conflicts(once)

    def _tell(self, stale: Iterable[str]) -> None:
        if (outdated := frozenset(stale)) and self._news:
            self._news.tell_soon(outdated)

    @asynccontextmanager
    async def _marking(self, pool: Pool) -> AsyncIterator[Connection]:
        connection: Connection | None = None
        try:
            async with calm(pool) as connection:
                yield connection
        finally:  # also when nobody knows whether it was done
            if self._marks and connection and connection.has_written:
                await self._marks.keep(await self.readers.pulse.now())

    async def close(self) -> None:
        self.writer_server.close()
        await self.readers.close()
        await self.writer_pool.close()
        await self._at_once_pool.close()
        for told in (self._news, self._marks):
            if told:
                await told.close()


def is_conflict(error: BaseException | None) -> bool:
    """Whether a transaction gave way to another one (1213), or waited too long for it (1205); trying it again helps."""
    return isinstance(error, MySQLError) and code_of(error) in CONFLICTS


async def _again_after_conflicts(once: Callable[[], Awaitable[T]]) -> T:
    for left in reversed(range(TRIES)):
        try:
            return await once()
        except MySQLError as error:
            if not is_conflict(error):
                raise
            if not left:
                raise Unavailable("Others are changing the same things just now.") from error
    raise AssertionError("unreachable")
