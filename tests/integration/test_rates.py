"""Rate limits, counted in a real Redis."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from shared.errors import TooMany
from shared.redis_client import open_redis
from shared.settings import Settings
from storefront.rates import Limit, Rates

THREE = Limit("three", 3, 60)


@pytest_asyncio.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    client = open_redis(settings.redis_url)
    await client.delete(*[*await client.keys("rate:*"), "none"])
    yield client
    await client.aclose()


async def test_the_fourth_is_told_when_to_come_back(redis: Redis) -> None:
    rates = Rates(redis, 0)
    for _ in range(3):
        await rates.take(THREE, "ada")

    with pytest.raises(TooMany) as refused:
        await rates.take(THREE, "ada")

    assert 59 <= refused.value.retry_after_s <= 60
    await rates.take(THREE, "bob")


async def test_instances_count_together(redis: Redis) -> None:
    one, other = Rates(redis, 0), Rates(redis, 0)
    await one.take(THREE, "ada")
    await other.take(THREE, "ada")
    await one.take(THREE, "ada")

    with pytest.raises(TooMany):
        await other.take(THREE, "ada")


async def test_what_is_given_back_may_be_taken_again(redis: Redis) -> None:
    rates = Rates(redis, 0)
    for _ in range(3):
        await rates.take(THREE, "ada")

    await rates.give_back(THREE, "ada")

    await rates.take(THREE, "ada")


async def test_an_address_may_ask_so_often_a_second(redis: Redis) -> None:
    now = [10.0]
    rates = Rates(redis, 100, clock=lambda: now[0])
    for _ in range(104):  # reported in lots of five, so the next one is counted again
        await rates.take_address("203.0.113.9")

    with pytest.raises(TooMany):
        await rates.take_address("203.0.113.9")
    await rates.take_address("203.0.113.10")


async def test_a_limit_of_zero_is_none(redis: Redis) -> None:
    rates = Rates(redis, 0)

    for _ in range(50):
        await rates.take_address("203.0.113.9")

    assert await redis.keys("rate:*") == []


async def test_without_redis_everybody_is_let_through() -> None:
    away = open_redis("redis://127.0.0.1:9")

    for _ in range(5):
        await Rates(away, 1).take(THREE, "ada")

    await away.aclose()
