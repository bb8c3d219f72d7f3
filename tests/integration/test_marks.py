"""The marks of own writes, as several processes keep them at once."""

import math
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.own_writes import MARK_S, OwnWrites, concerns
from shared.redis_client import open_redis
from shared.settings import Settings

NAME, KEY = "order:TEST-MARK", "wrote:order:TEST-MARK"


@pytest_asyncio.fixture
async def marks(settings: Settings) -> AsyncIterator[OwnWrites]:
    redis = open_redis(settings.redis_url)
    await redis.delete(KEY)
    yield OwnWrites(redis)
    await redis.delete(KEY)
    await redis.aclose()


@pytest.mark.parametrize(
    ("kept", "latest"),
    [
        ((1764467000.25, 1764467000.75), 1764467000.75),
        ((1764467000.75, 1764467000.25), 1764467000.75),
        ((1764467000.123456, 1764467000.123457), 1764467000.123457),
        ((math.inf, 1764467000.75), math.inf),
        ((1764467000.75, math.inf), math.inf),
    ],
)
async def test_the_latest_mark_stays_whoever_is_heard_last(
    marks: OwnWrites, settings: Settings, kept: tuple[float, ...], latest: float
) -> None:
    concerns(NAME)

    for mark in kept:
        await marks.keep(mark)

    redis = open_redis(settings.redis_url)
    life_s = await redis.ttl(KEY)
    await redis.aclose()
    assert await marks.mark() == latest
    assert MARK_S - 5 <= life_s <= MARK_S
