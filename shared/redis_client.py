"""The way to Redis: bounded in connections and in time, with no hidden retry, and closed while Redis is away.

Its password is read again when Redis refuses the one that was kept; see server_address for what the URL may say.
"""

import asyncio
import math
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import AuthenticationError, ResponseError
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import TimeoutError as TooSlow

from shared import tls
from shared.aws_secrets import Credentials, SecretUnreadable, credentials_of
from shared.circuit import Circuit
from shared.server_address import ServerAddress, read_address
from shared.shared_trips import SharedTrips

PORT = 6379
CONNECTIONS = 32  # a process; callers beyond wait for one, so Redis never meets a thousand sockets
POOL_WAIT_S = 2
CONNECT_S = 1
READ_S = 1
CALL_S = 1.5  # waiting for a connection, making it and reading, all in all
TOGETHER = 200  # commands in a round trip
PROBE_S = 1  # soon, as everybody can do without it
AWAY = (ConnectionLost, TooSlow)

Command = tuple[str | bytes | int | float, ...]


class WatchedRedis(Redis):
    """A Redis whose callers are sent away at once while it does not answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.circuit = Circuit("redis", self._ask, (OSError, *AWAY), PROBE_S)
        self._trips = SharedTrips[Command, object](self._send_together, TOGETHER)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command.

        Raises:
            redis.exceptions.RedisError, also when Redis was not asked, or not in time.
        """
        async with self._answering(CALL_S):
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    async def ask(self, *command: str | bytes | int | float) -> Any:
        """Send a command together with those of others, which costs a fraction of a round trip; see SharedTrips.

        Answers come as the protocol has them. Raises as `execute_command`.
        """
        return await self._trips.ask(command)

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        self.circuit.close()
        self._trips.close()
        await super().aclose(close_connection_pool)

    async def _ask(self) -> None:
        """A refusal is an answer: with a full disk Redis refuses even this, and still reads."""
        with suppress(ResponseError):
            await super().execute_command("PING")  # type: ignore[no-untyped-call]

    async def _send_together(self, commands: Sequence[Command], asked_at_s: float) -> Sequence[object]:
        """The first of them has waited since it was asked, and none waits longer than CALL_S in all."""
        async with self._answering(max(0.0, asked_at_s + CALL_S - asyncio.get_running_loop().time())):
            connection = await self.connection_pool.get_connection()  # type: ignore[no-untyped-call]
            try:
                return await _round_trip(connection, commands)
            except BaseException:  # what is still to be read is nobody's
                await connection.disconnect(nowait=True)
                raise
            finally:
                await self.connection_pool.release(connection)

    @asynccontextmanager
    async def _answering(self, limit_s: float) -> AsyncIterator[None]:
        try:
            async with self.circuit.call(limit_s):
                yield
        except ResponseError:
            self.circuit.came_through()
            raise
        except TimeoutError as error:
            raise TooSlow("Redis took too long") from error
        except OSError as error:
            raise ConnectionLost("Redis does not answer") from error


async def _round_trip(connection: Any, commands: Sequence[Command]) -> Sequence[object]:
    await connection.send_packed_command(connection.pack_commands(commands))
    async with asyncio.timeout(READ_S):
        return [await _answer(connection) for _ in commands]


async def _answer(connection: Any) -> object:
    """What Redis says to one command; a refusal is the answer to that one alone."""
    try:
        return await connection.read_response(timeout=math.inf)  # the whole round trip has its limit
    except ResponseError as refusal:
        return refusal


def open_redis(url: str) -> WatchedRedis:
    """Return a client that connects on its first command; answers are str. Close it by `aclose()`.

    A command is sent once: whoever sends it again has to know that doing it twice does no harm.
    """
    address = read_address(url)
    pool = BlockingConnectionPool(
        **_connections(address),
        host=address.host,
        port=address.port or PORT,
        db=int(address.path or 0),
        max_connections=CONNECTIONS,
        timeout=POOL_WAIT_S,
        socket_connect_timeout=CONNECT_S,
        socket_timeout=READ_S,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    return cast(WatchedRedis, WatchedRedis.from_pool(pool))


def _connections(address: ServerAddress) -> dict[str, Any]:
    if address.is_encrypted:
        return {"connection_class": _EncryptedConnection, "address": address, "context": tls.verifying(address.ca)}
    return {"connection_class": _PlainConnection, "address": address}


class _SignIn(CredentialProvider):
    """What a connection says first. The user may be missing, as Redis has one by default."""

    def __init__(self, address: ServerAddress) -> None:
        self._address, self._password = address, address.password
        self._said: Credentials | None = None

    async def get_credentials_async(self) -> tuple[str] | tuple[str, str]:
        try:
            self._said = await credentials_of(self._password)
        except SecretUnreadable as error:
            raise ConnectionLost(str(error)) from error
        user, password = self._address.signed(self._said)
        return (user, password) if user else (password,)

    async def renew(self) -> bool:
        """Whether there is another password than the one that was said."""
        if self._said is None or not self._password.may_change:
            return False
        return await asyncio.to_thread(self._password.renew, self._said)


class _PlainConnection(Connection):
    def __init__(self, *, address: ServerAddress, **options: Any) -> None:
        super().__init__(**options, credential_provider=_SignIn(address) if address.asks_for_password else None)

    async def connect(self) -> None:
        """Connect and sign in, once more if there is a newer password than the one that was refused."""
        try:
            await super().connect()  # type: ignore[no-untyped-call]
        except AuthenticationError:
            if not (isinstance(self.credential_provider, _SignIn) and await self.credential_provider.renew()):
                raise
            await super().connect()  # type: ignore[no-untyped-call]

    async def _send_packed_command(self, command: Iterable[bytes]) -> None:
        """As the library, but not by writelines(): on a lost connection that is a TypeError from Python 3.12 on."""
        assert self._writer is not None
        self._writer.write(b"".join(command))
        await self._writer.drain()


class _EncryptedConnection(_PlainConnection, SSLConnection):
    def __init__(self, *, context: ssl.SSLContext, **options: Any) -> None:
        super().__init__(**options)
        self.ssl_context.context = context  # one for all, instead of one for each
