"""Signing in to MySQL: encrypted where the address says so, again with the newer password when one was changed."""

import asyncio
import math
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import aiomysql
import pymysql
from pymysql.constants import CLIENT, CR, ER
from pymysql.err import OperationalError

from shared import tls
from shared.aws_secrets import Credentials, credentials_of
from shared.server_address import read_address

T = TypeVar("T")

PORT = 3306
CONNECT_S = 2
TRIES = 3  # of signing in, while a password is being changed; a probe must have time for all of them
AGAIN_S = 0.5  # between two of them, when there is no newer password yet
REFUSED_S = 1  # so long connections that are open are waited for, rather than another refusal


class PasswordRefused(OperationalError):  # type: ignore[misc]
    """The server takes another password (1045) than the one that was kept."""

    def __init__(self, error: OperationalError, refused: Credentials) -> None:
        super().__init__(*error.args)
        self.refused = refused


class MySql:
    """A server and one of its databases, as a URL names them; see server_address."""

    def __init__(self, url: str) -> None:
        self._address = read_address(url)
        self.host, self.port = self._address.host, self._address.port or PORT
        self.database = self._address.path
        self._refused: tuple[Credentials | None, float] = None, -math.inf

    @property
    def has_just_refused(self) -> bool:
        """Whether the password that is kept now was refused a moment ago."""
        refused, at = self._refused
        return refused == self._address.password.kept and time.monotonic() - at < REFUSED_S

    async def connect(self, **options: Any) -> Any:
        """Return a connection of aiomysql.

        Raises:
            OperationalError: it is away (2003), refuses us (1045), is another one or is not encrypted (2026).
            SecretUnreadable: its password is not to be had.
        """
        return await self.renewing(lambda: self.connect_once(**options))

    async def connect_once(self, **options: Any) -> Any:
        """As connect, but raises PasswordRefused at once."""
        credentials = await credentials_of(self._address.password)
        arguments = self._arguments(credentials)
        connection = _Connection(db=arguments.pop("database"), connect_timeout=CONNECT_S, **arguments, **options)
        try:
            await connection._connect()
        except OperationalError as error:
            if error.args[0] != ER.ACCESS_DENIED_ERROR:
                raise _explained(error) from error
            self._refused = credentials, time.monotonic()
            raise PasswordRefused(error, credentials) from error
        return connection

    async def renewing(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Await an attempt that calls connect_once, again with a newer password if there will be one soon."""
        for left in reversed(range(TRIES)):
            try:
                return await attempt()
            except PasswordRefused as error:
                if not (left and self._address.password.may_change):
                    raise
                if not await asyncio.to_thread(self._address.password.renew, error.refused):
                    await asyncio.sleep(AGAIN_S)
        raise AssertionError("unreachable")

    def connect_blocking(self, **options: Any) -> Any:
        """Return a connection of PyMySQL; raises what connect raises."""
        for left in reversed(range(TRIES)):
            credentials = self._address.password.read()
            try:
                return pymysql.connect(**self._arguments(credentials), **options)
            except OperationalError as error:
                if not (left and self._address.password.may_change and error.args[0] == ER.ACCESS_DENIED_ERROR):
                    raise
                if not self._address.password.renew(credentials):
                    time.sleep(AGAIN_S)
        raise AssertionError("unreachable")

    def _arguments(self, credentials: Credentials) -> dict[str, Any]:
        user, password = self._address.signed(credentials)
        return {
            "host": self.host,
            "port": self.port,
            "user": user,
            "password": password,
            "database": self.database,
            "ssl": tls.verifying(self._address.ca) if self._address.ca else None,
        }


class MySqlPool(aiomysql.Pool):  # type: ignore[misc]
    """A pool of connections that were signed in so."""

    def __init__(self, server: MySql, size: int, idle_s: int, **options: Any) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(minsize=0, maxsize=size, echo=False, pool_recycle=idle_s, loop=loop, **options)
        self._server = server

    async def _acquire(self) -> Any:
        """What is refused waits for a newer password outside the pool's lock, so others go on with open connections."""
        return await self._server.renewing(super()._acquire)

    async def _fill_free_pool(self, override_min: bool) -> None:
        await super()._fill_free_pool(override_min=False)  # drops those that are dead
        while self._used and not self._free and self._server.has_just_refused:
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_S):
                    await self._cond.wait()
        if override_min and not self._free and self.size < self.maxsize:
            self._acquiring += 1
            try:
                self._free.append(await self._server.connect_once(**self._conn_kwargs))
                self._cond.notify()
            finally:
                self._acquiring -= 1


class _Connection(aiomysql.Connection):  # type: ignore[misc]
    async def _request_authentication(self) -> None:
        """Refuse before anything of the password is sent; aiomysql would go on without encryption."""
        if self._ssl_context and not self.server_capabilities & CLIENT.SSL:
            raise OperationalError(CR.CR_SSL_CONNECTION_ERROR, f"{self._host} offers no encryption (TLS)")
        await super()._request_authentication()


def _explained(error: OperationalError) -> OperationalError:
    if isinstance(error.__cause__, ssl.SSLError):
        return OperationalError(CR.CR_SSL_CONNECTION_ERROR, f"{error.args[1]}: {error.__cause__}")
    return error
