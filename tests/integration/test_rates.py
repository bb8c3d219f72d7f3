"""Rate limits, counted in a real Redis."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from shared.errors import TooMany
from shared.redis_client import open_redis
from shared.settings import Settings
from storefront.local_counts import LocalCounts
from storefront.rates import Limit, Rates

THREE, FOUR = Limit("three", 3, 60), Limit("four", 4, 60)


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

    assert 30 < refused.value.retry_after_s <= 60
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


async def test_those_behind_a_limit_that_is_reached_are_not_counted(redis: Redis) -> None:
    rates = Rates(redis, 0)
    for _ in range(3):
        await rates.take_each([(THREE, "ada"), (FOUR, "ada")])

    for _ in range(2):
        with pytest.raises(TooMany):
            await rates.take_each([(THREE, "ada"), (FOUR, "ada")])

    await rates.take(FOUR, "ada")
    with pytest.raises(TooMany):
        await rates.take(FOUR, "ada")


async def test_each_that_was_counted_is_given_back(redis: Redis) -> None:
    rates = Rates(redis, 0)
    for _ in range(4):
        await rates.take_each([(THREE, "ada"), (FOUR, "ada")])
        await rates.give_back_each([(THREE, "ada"), (FOUR, "ada")])

    assert [await redis.get(f"rate:{kind}:ada") for kind in ("three", "four")] == ["0", "0"]


async def test_an_address_may_ask_so_often_a_second(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = Rates(redis, 100, clock=lambda: 10.0)
    monkeypatch.setattr(rates, "_address", Limit("address", 100, 60))  # as Redis counts seconds of its own
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


async def test_what_is_given_back_too_late_locks_nobody_out(redis: Redis) -> None:
    rates = Rates(redis, 0)
    await rates.take(THREE, "ada")
    await redis.delete("rate:three:ada")  # its window ended meanwhile

    await rates.give_back(THREE, "ada")
    for _ in range(3):
        await rates.take(THREE, "ada")

    assert 30_000 < await redis.pttl("rate:three:ada") <= 60_000
    with pytest.raises(TooMany):
        await rates.take(THREE, "ada")


@pytest_asyncio.fixture
async def away() -> AsyncIterator[Redis]:
    client = open_redis("redis://127.0.0.1:9")
    yield client
    await client.aclose()


async def test_without_redis_each_process_holds_the_same_limits(away: Redis) -> None:
    one, other = Rates(away, 0), Rates(away, 0)
    for _ in range(3):
        await one.take(THREE, "ada")

    with pytest.raises(TooMany) as refused:
        await one.take(THREE, "ada")

    assert 30 < refused.value.retry_after_s <= 60
    await one.take(THREE, "bob")
    await other.take(THREE, "ada")


async def test_without_redis_a_window_ends_too_and_what_is_given_back_counts(away: Redis) -> None:
    now = [10.0]
    rates = Rates(away, 0, clock=lambda: now[0])
    for _ in range(3):
        await rates.take(THREE, "ada")
    await rates.give_back(THREE, "ada")
    await rates.take(THREE, "ada")
    with pytest.raises(TooMany):
        await rates.take(THREE, "ada")

    now[0] += 60

    for _ in range(3):
        await rates.take(THREE, "ada")


async def test_without_redis_an_address_may_ask_so_often_a_second(away: Redis) -> None:
    now = [10.0]
    rates = Rates(away, 100, clock=lambda: now[0])
    for _ in range(104):
        await rates.take_address("203.0.113.9")

    with pytest.raises(TooMany):
        await rates.take_address("203.0.113.9")


async def test_the_limits_of_redis_hold_again_when_it_is_back(redis: Redis, away: Redis) -> None:
    rates = Rates(redis, 0)
    for _ in range(3):
        await rates.take(THREE, "ada")
    rates._redis = away
    await rates.take(THREE, "ada")
    rates._redis = redis

    with pytest.raises(TooMany):
        await rates.take(THREE, "ada")


def test_the_counts_of_a_process_stay_few_and_the_busy_ones_are_kept() -> None:
    counts = LocalCounts(most=100)
    for n in range(1000):
        counts.add(THREE, f"stranger-{n}", 1)
        last, _ = counts.add(THREE, "ada", 1)
        counts.add(FOUR, f"other-{n}", 1)

    assert last == 1000
    assert counts.add(THREE, "stranger-0", 1)[0] == 1
    assert counts.add(FOUR, "other-999", 1)[0] == 2
    assert {kind: len(windows) for kind, windows in counts._windows.items()} == {"three": 100, "four": 100}
