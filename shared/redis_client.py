"""The way to Redis: bounded in connections and in time, with no hidden retry, and closed while Redis is away."""

from contextlib import suppress
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as TooSlow

from shared.circuit import Circuit

CONNECTIONS = 32  # a process; callers beyond wait for one, so Redis never meets a thousand sockets
POOL_WAIT_S = 2
CONNECT_S = 1
READ_S = 1
CALL_S = 1.5  # waiting for a connection, making it and reading, all in all
PROBE_S = 1  # soon, as everybody can do without it
AWAY = (ConnectionLost, TooSlow)


class WatchedRedis(Redis):
    """A Redis whose callers are sent away at once while it does not answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.circuit = Circuit("redis", self._ask, (OSError, *AWAY), PROBE_S)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command.

        Raises:
            redis.exceptions.RedisError, also when Redis was not asked, or not in time.
        """
        try:
            async with self.circuit.call(CALL_S):
                return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except ResponseError:
            self.circuit.came_through()
            raise
        except TimeoutError as error:
            raise TooSlow("Redis took too long") from error
        except OSError as error:
            raise ConnectionLost("Redis does not answer") from error

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        self.circuit.close()
        await super().aclose(close_connection_pool)

    async def _ask(self) -> None:
        """A refusal is an answer: with a full disk Redis refuses even this, and still reads."""
        with suppress(ResponseError):
            await super().execute_command("PING")  # type: ignore[no-untyped-call]


def open_redis(url: str) -> WatchedRedis:
    """Return a client that connects on its first command; answers are str. Close it by `aclose()`.

    A command is sent once: whoever sends it again has to know that doing it twice does no harm.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=POOL_WAIT_S,
        socket_connect_timeout=CONNECT_S,
        socket_timeout=READ_S,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    return cast(WatchedRedis, WatchedRedis.from_pool(pool))
