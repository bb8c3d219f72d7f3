"""The way to Redis, as it is lost."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as ConnectionLost

from shared.redis_client import open_redis
from shared.settings import Settings


async def test_a_connection_that_was_lost_says_so_whatever_is_sent_on_it(settings: Settings) -> None:
    redis = open_redis(settings.redis_url)
    connection = await redis.connection_pool.get_connection()  # type: ignore[no-untyped-call]
    connection._writer.transport.abort()
    await asyncio.sleep(0)  # the loop tells the transport's owner in its next turn

    with pytest.raises(ConnectionLost):
        await connection.send_packed_command(connection.pack_commands([("PING",), ("PING",)]))
    await redis.aclose()
