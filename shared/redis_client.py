"""The way to Redis: bounded in connections and in time, with no hidden retry."""

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

CONNECTIONS = 32  # a process; callers beyond wait for one, so Redis never meets a thousand sockets
POOL_WAIT_S = 2
CONNECT_S = 1
READ_S = 1


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
    return Redis.from_pool(pool)
