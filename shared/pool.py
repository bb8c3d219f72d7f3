"""A pool of connections to one server, without blocking.

Sessions are READ COMMITTED, UTC, utf8mb4, and count rows FOUND, not rows changed: "claim once" depends on it.
A server that has become a reader (1290, 1836), or whose name leads elsewhere, takes all its connections with it.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from pymysql.constants import CLIENT
from pymysql.err import MySQLError

from shared.connection import READ_ONLY, Connection, code_of, is_lost
from shared.errors import Unavailable
from shared.mysql import MySqlPool
from shared.mysql_values import DECODERS
from shared.server import Server

WAIT_S = 5  # how long a request waits for a connection before it is told to come back
WAITING = 500  # requests that may wait; beyond that the answer is an early 503
IDLE_S = 3  # shorter than the server's wait_timeout below
SESSION = (
    "SET time_zone = '+00:00', sql_notes = 0, wait_timeout = 5, innodb_lock_wait_timeout = 5, "
    "sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
    "/*!80000 transaction_isolation = 'READ-COMMITTED' */ /*M!100000 tx_isolation = 'READ-COMMITTED' */"
)  # the variable's name is another on MySQL than on MariaDB; each reads its own comment
READING = SESSION + ", /*!80000 transaction_read_only = 1 */ /*M!100000 tx_read_only = 1 */"


class ServerLost(Unavailable):
    """No connection is to be had: this server is away, which says nothing of others."""


class Pool:
    """A bounded pool with a bounded waiting room, tied to the event loop that uses it first."""

    def __init__(
        self, server: Server, size: int, session: str = SESSION, life_s: float = math.inf, flags: int = 0
    ) -> None:
        """Open nothing yet.

        Args:
            life_s: how old a connection gets, so that servers that came later behind a name get their share.
            flags: what the server is asked for besides (`pymysql.constants.CLIENT`).
        """
        self._server, self._size, self._session, self._life_s = server, size, session, life_s
        self._flags = CLIENT.FOUND_ROWS | flags
        self._pool: Any = None
        self._turns = asyncio.Semaphore(size)  # in the order they came; aiomysql lets newcomers overtake for ever
        self.waiting = 0
        self._opened_at: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def _open(self) -> Any:
        self._pool = MySqlPool(
            self._server.mysql,
            self._size,
            IDLE_S,
            autocommit=True,
            charset="utf8mb4",
            conv=DECODERS,
            init_command=self._session,
            client_flag=self._flags,
        )
        return self._pool

    async def _acquire(self) -> Any:
        if self.waiting >= WAITING:
            raise Unavailable("Too many are waiting just now.")
        self.waiting += 1
        try:
            async with asyncio.timeout(WAIT_S):
                await self._turns.acquire()
                try:
                    return await self._usable(self._pool or self._open())
                except BaseException:
                    self._turns.release()
                    raise
        except TimeoutError as error:
            raise Unavailable("The database does not answer.") from error
        except (OSError, MySQLError) as error:
            raise ServerLost("The database does not answer.") from error
        finally:
            self.waiting -= 1

    async def _usable(self, pool: Any) -> Any:
        """A connection that is not too old, and was opened since the server's were last dropped."""
        while True:
            raw = await pool.acquire()
            now = time.monotonic()
            if self._opened_at.setdefault(raw, now) >= max(self._server.dropped_at, now - self._life_s):
                return raw
            raw.close()
            pool.release(raw)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with self._server.circuit.call():
            raw = await self._acquire()
            try:
                yield Connection(raw)
            except BaseException as error:
                if code_of(error) in READ_ONLY:
                    self._server.drop()
                if is_lost(error):
                    raw.close()
                raise
            finally:
                self._turns.release()
                self._pool.release(raw)

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            await self._pool.wait_closed()

    @property
    def in_use(self) -> int:
        return int(self._pool.size - self._pool.freesize) if self._pool else 0

    @property
    def busy(self) -> int:
        return self.in_use + self.waiting


@asynccontextmanager
async def calm(pool: Pool) -> AsyncIterator[Connection]:
    """Turn a lost server into Unavailable; deadlocks and broken rules go on as they are."""
    try:
        async with pool.connection() as connection:
            yield connection
    except (MySQLError, OSError) as error:
        if is_lost(error):
            raise Unavailable("The database does not answer.") from error
        raise
