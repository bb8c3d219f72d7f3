"""MySQL for both tiers: a writer and its readers, without blocking. SQL itself stands in shared/queries only.

Sessions are READ COMMITTED, UTC, utf8mb4, and count rows FOUND, not rows changed: "claim once" depends on it.
A server that has become a reader (1290, 1836) or is gone takes its pooled connections with it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import unquote, urlsplit

import aiomysql
from pymysql.constants import CLIENT, ER
from pymysql.err import InterfaceError, InternalError, MySQLError, OperationalError

from shared.circuit import Circuit
from shared.errors import Unavailable

T = TypeVar("T")
Row = dict[str, Any]
Args = Sequence[Any]

POOL_SIZE = 16  # connections a process: more raise the p99 and sell no more orders
WAIT_S = 5  # how long a request waits for a connection before it is told to come back
WAITING = 500  # requests that may wait; beyond that the answer is an early 503
IDLE_S = 3  # shorter than the server's wait_timeout below
CONNECT_S, READ_S = 2, 8
READ_ONLY = {1290, 1836}  # the writer has become a reader
CONFLICTS = {ER.LOCK_DEADLOCK, ER.LOCK_WAIT_TIMEOUT}
FULL = {ER.CON_COUNT_ERROR, ER.USER_LIMIT_REACHED}  # all connections are taken, says a server that is well
FAILURES = (OSError, MySQLError, Unavailable)  # after which a probe looks whether the server still answers
TRIES = 3  # of a transaction that met a deadlock
SESSION = (
    "SET time_zone = '+00:00', sql_notes = 0, wait_timeout = 5, innodb_lock_wait_timeout = 5, "
    "sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
    "/*!80000 transaction_isolation = 'READ-COMMITTED' */ /*M!100000 tx_isolation = 'READ-COMMITTED' */"
)  # the variable's name is another on MySQL than on MariaDB; each reads its own comment


EVERYTHING = "*"  # outdated: all pages and values made of the catalogue


class StaleNews(Protocol):
    """Is told after each commit what that transaction has outdated, if anything; closed with the database."""

    def tell_soon(self, stale: frozenset[str]) -> None: ...

    async def close(self) -> None: ...


class Connection:
    """One connection; statements use %s for their arguments."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.stale: set[str] = set()

    def makes_stale(self, what: str) -> None:
        """Name a SKU, or EVERYTHING, whose kept pages and values this transaction outdates; told after its commit."""
        self.stale.add(what)

    async def execute(self, sql: str, args: Args = ()) -> int:
        """Run a statement and return how many rows it found."""
        async with asyncio.timeout(READ_S), self._raw.cursor() as cursor:
            return int(await cursor.execute(sql, tuple(args)))

    async def execute_told(self, sql: str, args: Args = ()) -> tuple[int, int]:
        """Run an UPDATE; returns how many rows it found, and what it gave to LAST_INSERT_ID()."""
        async with asyncio.timeout(READ_S), self._raw.cursor() as cursor:
            return int(await cursor.execute(sql, tuple(args))), int(cursor.lastrowid)

    async def insert(self, sql: str, args: Args = ()) -> int:
        """Run an INSERT and return the new row's id."""
        async with asyncio.timeout(READ_S), self._raw.cursor() as cursor:
            await cursor.execute(sql, tuple(args))
            return int(cursor.lastrowid)

    async def many(self, sql: str, rows: Sequence[Args]) -> None:
        """Run one INSERT … VALUES (…) with many rows, in as few round trips as fit into a packet."""
        if rows:
            async with asyncio.timeout(READ_S), self._raw.cursor() as cursor:
                await cursor.executemany(sql, [tuple(row) for row in rows])

    async def rows(self, sql: str, args: Args = ()) -> list[Row]:
        async with asyncio.timeout(READ_S), self._raw.cursor(aiomysql.DictCursor) as cursor:
            await cursor.execute(sql, tuple(args))
            return list(await cursor.fetchall())

    async def row(self, sql: str, args: Args = ()) -> Row | None:
        found = await self.rows(sql, args)
        return found[0] if found else None


class Pool:
    """A bounded pool with a bounded waiting room, tied to the event loop that uses it first."""

    def __init__(self, url: str, size: int, name: str = "writer") -> None:
        self._url, self._size = url, size
        self.circuit = Circuit(name, self._ask, FAILURES)
        self._pool: Any = None
        self._opening = asyncio.Lock()
        self.waiting = 0

    async def _open(self) -> Any:
        async with self._opening:
            if self._pool is None:
                self._pool = await aiomysql.create_pool(
                    **self._account(),
                    minsize=0,
                    maxsize=self._size,
                    pool_recycle=IDLE_S,
                    autocommit=True,
                    charset="utf8mb4",
                    init_command=SESSION,
                    client_flag=CLIENT.FOUND_ROWS,
                )
        return self._pool

    def _account(self) -> dict[str, Any]:
        account = login(self._url)
        return {"db": account.pop("database"), **account, "connect_timeout": CONNECT_S}

    async def _ask(self) -> None:
        """Connect apart from the pool: that all of it is taken, or hangs, says nothing about the server just now."""
        try:
            raw = await aiomysql.connect(**self._account())
        except OperationalError as error:
            if _code(error) not in FULL:
                raise
        else:
            await raw.ensure_closed()

    async def _acquire(self) -> Any:
        if self.waiting >= WAITING:
            raise Unavailable("Too many are waiting just now.")
        self.waiting += 1
        try:
            async with asyncio.timeout(WAIT_S):
                return await (self._pool or await self._open()).acquire()
        except (TimeoutError, OSError, MySQLError) as error:
            raise Unavailable("The database does not answer.") from error
        finally:
            self.waiting -= 1

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with self.circuit.call():
            raw = await self._acquire()
            try:
                yield Connection(raw)
            except BaseException as error:
                if _is_lost(error):
                    raw.close()
                raise
            finally:
                self._pool.release(raw)

    async def close(self) -> None:
        self.circuit.close()
        if self._pool is not None:
            self._pool.terminate()
            await self._pool.wait_closed()

    @property
    def in_use(self) -> int:
        return int(self._pool.size - self._pool.freesize) if self._pool else 0


class Database:
    """The writer and its readers. Reads that may be a moment old go to a reader, all else to the writer."""

    def __init__(
        self,
        writer_url: str,
        reader_urls: Sequence[str] = (),
        pool_size: int = POOL_SIZE,
        news: StaleNews | None = None,
    ) -> None:
        self._news = news
        self.writer_pool = Pool(writer_url, pool_size)
        self.reader_pools = [Pool(url, pool_size, f"reader {n}") for n, url in enumerate(reader_urls, 1)]
        self.reader_pools = self.reader_pools or [self.writer_pool]

    def reader(self) -> Any:
        """A connection in autocommit mode, for reads: the reader with the fewest connections in use.

        While none of them is well it is the writer, bounded by its pool.
        """
        able = [pool for pool in self.reader_pools if pool.circuit.is_well] or [self.writer_pool]
        return _calm(min(able, key=lambda pool: pool.in_use + pool.waiting))

    @property
    def can_read(self) -> bool:
        return any(pool.circuit.is_well for pool in (self.writer_pool, *self.reader_pools))

    def writer(self) -> Any:
        """A connection in autocommit mode on the writer: one statement is one transaction."""
        return _calm(self.writer_pool)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """All or nothing: commits on a clean exit, rolls back on any exception."""
        async with _calm(self.writer_pool) as connection:
            raw = connection._raw
            await _answered(raw.begin())
            try:
                yield connection
            except BaseException:
                if not raw.closed:  # a cancelled query has closed it already
                    await _answered(raw.rollback())
                raise
            try:
                await _answered(raw.commit())
            finally:  # an answer that is lost says nothing of the commit
                if connection.stale and self._news:
                    self._news.tell_soon(frozenset(connection.stale))

    async def retrying(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Run `work` in a transaction, again after a deadlock or a lock wait (1213, 1205), three times at most."""
        for left in reversed(range(TRIES)):
            try:
                async with self.transaction() as connection:
                    return await work(connection)
            except MySQLError as error:
                if _code(error) not in CONFLICTS:
                    raise
                if not left:
                    raise Unavailable("Others are changing the same things just now.") from error
        raise AssertionError("unreachable")

    async def close(self) -> None:
        for pool in {id(pool): pool for pool in [self.writer_pool, *self.reader_pools]}.values():
            await pool.close()
        if self._news:
            await self._news.close()


async def _answered(statement: Awaitable[None]) -> None:
    """Raises TimeoutError: no answer came, so whether it was done is unknown; the connection is closed."""
    async with asyncio.timeout(READ_S):
        await statement


@asynccontextmanager
async def _calm(pool: Pool) -> AsyncIterator[Connection]:
    """Turn a lost server into Unavailable; deadlocks and broken rules go on as they are."""
    try:
        async with pool.connection() as connection:
            yield connection
    except (MySQLError, OSError) as error:
        if _is_lost(error):
            raise Unavailable("The database does not answer.") from error
        raise


def _is_lost(error: BaseException) -> bool:
    if isinstance(error, OperationalError | InternalError):
        code = _code(error)
        return code in READ_ONLY or 2000 <= code < 3000 or code in (1053, 1152, 1158, 1159, 1160, 1161, 1927)
    return isinstance(error, InterfaceError | OSError | asyncio.CancelledError | TimeoutError)


def _code(error: BaseException) -> int:
    return int(error.args[0]) if error.args and isinstance(error.args[0], int) else 0


def is_duplicate(error: BaseException) -> bool:
    """Whether a UNIQUE key refused a row."""
    return isinstance(error, MySQLError) and _code(error) == ER.DUP_ENTRY


def utc(value: datetime) -> datetime:
    """A stored time, which MySQL gives without a zone, as what it is: UTC."""
    return value.replace(tzinfo=UTC)


def login(url: str) -> dict[str, Any]:
    """Arguments for PyMySQL and aiomysql out of mysql://user:password@host:port/database."""
    parts = urlsplit(url)
    return {
        "host": cast(str, parts.hostname),
        "port": parts.port or 3306,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": parts.path.strip("/"),
    }
