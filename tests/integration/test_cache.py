"""Values are read through Redis: made once, read by every process, never in another shape, never a stampede."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from shared.cache import LIFE_S, MOST_LOADS, Cache, Kind
from shared.errors import NotFound
from shared.redis_client import open_redis
from shared.settings import Settings

NUMBERS = count()


@dataclass(frozen=True)
class Coat:
    name: str
    sizes: tuple[str, ...] = ("S", "M")


@dataclass(frozen=True)
class PricedCoat:
    name: str
    price_cents: int
    sizes: tuple[str, ...] = ("S", "M")


COAT, PRICED = Kind("coat", Coat), Kind("coat", PricedCoat)


@dataclass
class Store:
    """Where values come from; counts how often it was asked, and by how many at once."""

    asked: int = 0
    at_once: int = 0
    most_at_once: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def load(self) -> Coat:
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.gate.wait()
        self.at_once -= 1
        return Coat(f"coat {self.asked}")


@pytest_asyncio.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    redis = open_redis(settings.redis_url)
    yield redis
    await redis.aclose()


@pytest.fixture
def key() -> str:
    return f"key-{next(NUMBERS)}"


async def test_a_value_is_made_once_and_read_by_other_processes(redis: Redis, key: str) -> None:
    store, one, other = Store(), Cache(redis), Cache(redis)

    values = [await cache.get(COAT, key, 1, store.load) for cache in (one, other, one)]

    assert values == [Coat("coat 1")] * 3
    assert store.asked == 1
    assert (one.tally.misses, one.tally.hits, other.tally.hits) == (1, 1, 1)


async def test_a_hundred_who_ask_at_once_for_a_cold_key_wait_for_one_load(redis: Redis, key: str) -> None:
    store, cache = Store(), Cache(redis)
    store.gate.clear()

    asking = [asyncio.create_task(cache.get(COAT, key, 1, store.load)) for _ in range(100)]
    await asyncio.sleep(0)
    store.gate.set()

    assert set(await asyncio.gather(*asking)) == {Coat("coat 1")}
    assert (store.asked, cache.tally.flights) == (1, 1)


async def test_another_version_of_the_catalogue_is_another_value(redis: Redis, key: str) -> None:
    store, cache = Store(), Cache(redis)

    values = [await cache.get(COAT, key, version, store.load) for version in (1, 2, 1)]

    assert values == [Coat("coat 1"), Coat("coat 2"), Coat("coat 1")]


async def test_a_release_reads_nothing_of_another_shape(redis: Redis, key: str) -> None:
    async def priced() -> PricedCoat:
        return PricedCoat("coat", 100)

    cache = Cache(redis)
    await cache.get(COAT, key, 1, Store().load)

    assert await cache.get(PRICED, key, 1, priced) == PricedCoat("coat", 100)
    assert (cache.tally.misses, cache.tally.broken) == (2, 0)


@pytest.mark.parametrize("text", ["", "null", "{", '{"name": 7}', "\x00", "[]"])
async def test_a_value_that_cannot_be_read_is_counted_and_made_anew(redis: Redis, key: str, text: str) -> None:
    store, cache = Store(), Cache(redis)
    await redis.set(f"cache:{COAT.name}:1:{key}", text)

    first, second = [await cache.get(COAT, key, 1, store.load) for _ in range(2)]

    assert first == second == Coat("coat 1")
    assert (cache.tally.broken, cache.tally.hits) == (1, 1)


async def test_a_value_has_a_life_of_its_own_length(redis: Redis, key: str) -> None:
    cache = Cache(redis)
    for number in range(5):
        await cache.get(COAT, f"{key}-{number}", 1, Store().load)

    lives_ms = [await redis.pttl(f"cache:{COAT.name}:1:{key}-{number}") for number in range(5)]

    assert all(0.85 * LIFE_S * 1000 < life <= 1.1 * LIFE_S * 1000 for life in lives_ms)
    assert len({life // 100 for life in lives_ms}) > 1


async def test_what_is_not_there_is_not_kept(redis: Redis, key: str) -> None:
    async def missing() -> Coat:
        raise NotFound

    cache = Cache(redis)
    for _ in range(2):
        with pytest.raises(NotFound):
            await cache.get(COAT, key, 1, missing)

    assert (cache.tally.failures, cache.tally.flights) == (2, 2)
    assert await redis.exists(f"cache:{COAT.name}:1:{key}") == 0


@pytest.mark.parametrize("version", [None, 1])
async def test_without_redis_the_database_is_asked_by_a_few_at_a_time(key: str, version: int | None) -> None:
    away = open_redis("redis://127.0.0.1:9")
    store, cache = Store(), Cache(away)
    store.gate.clear()

    asking = [asyncio.create_task(cache.get(COAT, f"{key}-{n}", version, store.load)) for n in range(40)]
    async with asyncio.timeout(10):
        while store.at_once < MOST_LOADS:
            await asyncio.sleep(0.01)
    store.gate.set()
    await asyncio.gather(*asking)
    await away.aclose()

    assert (store.asked, store.most_at_once) == (40, MOST_LOADS)
