"""The way to Redis: bounded in connections and in time, with no hidden retry, and closed while Redis hangs."""

import asyncio
import time
from typing import Any

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


class WatchedRedis(Redis):
    """A Redis whose callers are sent away at once while it hangs; one of them tries every second."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.circuit = Circuit()

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        if not self.circuit.lets_through():
            raise ConnectionLost("Redis hangs")
        begun = time.monotonic()
        try:
            async with asyncio.timeout(CALL_S):
                answer = await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except TimeoutError as error:
            self.circuit.failed(time.monotonic() - begun)
            raise TooSlow("Redis took too long") from error
        except (ConnectionLost, TooSlow, OSError):
            self.circuit.failed(time.monotonic() - begun)
            raise
        except ResponseError:
            self.circuit.came_through()
            raise
        self.circuit.came_through()
        return answer


def open_redis(url: str) -> Redis:
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
    return WatchedRedis.from_pool(pool)
