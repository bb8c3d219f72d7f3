"""One address of a database: whether it is well, and from when on its connections count."""

import asyncio
import socket
import time

from pymysql.constants import ER
from pymysql.err import MySQLError, OperationalError

from shared.circuit import Circuit
from shared.connection import code_of
from shared.errors import Unavailable
from shared.mysql import MySql

NAME_S = 0.5  # how long a look at the readers waits for a name
FULL = {ER.CON_COUNT_ERROR, ER.USER_LIMIT_REACHED}  # all connections are taken, says a server that is well
FAILURES = (OSError, MySQLError, Unavailable)  # after which a probe looks whether the server still answers


class Server:
    """What all pools of this address share."""

    def __init__(self, url: str, name: str) -> None:
        self.name, self.mysql = name, MySql(url)
        self.circuit = Circuit(name, self._ask, FAILURES)
        self.dropped_at = 0.0
        self._addresses: frozenset[str] = frozenset()
        self._resolving: asyncio.Task[None] | None = None

    def drop(self) -> None:
        """Have no connection used again that is open now."""
        self.dropped_at = time.monotonic()

    async def follow_name(self) -> None:
        """Drop all connections if the name leads to other addresses than when last asked.

        Whoever knows names may hang: that is waited for a moment only, and asked once at a time.
        """
        if self._resolving is None or self._resolving.done():
            self._resolving = asyncio.create_task(self._resolve())
        await asyncio.wait({self._resolving}, timeout=NAME_S)

    def close(self) -> None:
        self.circuit.close()
        if self._resolving:
            self._resolving.cancel()

    async def _resolve(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(self.mysql.host, self.mysql.port, type=socket.SOCK_STREAM)
        except OSError:
            return
        before, self._addresses = self._addresses, frozenset(str(address[:2]) for *_, address in found)
        if before not in (frozenset(), self._addresses):
            self.drop()

    async def _ask(self) -> None:
        """Connect apart from the pools: that one of them is taken, or hangs, says nothing about the server just now."""
        try:
            raw = await self.mysql.connect()
        except OperationalError as error:
            if code_of(error) not in FULL:
                raise
        else:
            await raw.ensure_closed()
