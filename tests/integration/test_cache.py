"""Values are read through Redis: made once, read by every process, never in another shape, never a stampede."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from shared.cache import LIFE_S, MOST_LOADS, MOST_WAITING, Cache, Kind
from shared.errors import NotFound, Unavailable
from shared.kept_values import ABSENT_S, GRACE_S
from shared.redis_client import open_redis
from shared.settings import Settings
from tests.valkeys import running_valkey
from tests.waiting import until

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


@dataclass
class Clock:
    """Begins today, as Redis counts lives in real time."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now


@pytest_asyncio.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    redis = open_redis(settings.redis_url)
    yield redis
    await redis.aclose()


@pytest.fixture
def key() -> str:
    return f"key-{next(NUMBERS)}"


async def _is_new(cache: Cache, key: str, store: Store) -> bool:
    return await cache.get(COAT, key, 1, store.load) == Coat("coat 2")


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

    assert all(0.85 * LIFE_S < life / 1000 - GRACE_S <= 1.1 * LIFE_S for life in lives_ms)
    assert len({life // 100 for life in lives_ms}) > 1


async def test_an_aged_value_is_given_out_while_it_is_made_anew_once(redis: Redis, key: str) -> None:
    clock = Clock()
    store, cache = Store(), Cache(redis, clock)
    await cache.get(COAT, key, 1, store.load)
    clock.now += 1.1 * LIFE_S
    store.gate.clear()

    aged = [await cache.get(COAT, key, 1, store.load) for _ in range(3)]
    store.gate.set()
    await until(lambda: _is_new(cache, key, store))

    assert aged == [Coat("coat 1")] * 3
    assert (store.asked, cache.tally.stale >= 3, cache.tally.oldest_s) == (2, True, 1.1 * LIFE_S)


async def test_an_aged_value_is_better_than_none_but_not_for_long(redis: Redis, key: str) -> None:
    async def fail() -> Coat:
        raise Unavailable

    clock = Clock()
    cache = Cache(redis, clock)
    await cache.get(COAT, key, 1, Store().load)
    clock.now += 1.1 * LIFE_S

    assert await cache.get(COAT, key, 1, fail) == Coat("coat 1")
    clock.now += GRACE_S
    with pytest.raises(Unavailable):
        await cache.get(COAT, key, 1, fail)


async def test_a_value_that_another_process_made_anew_is_read(redis: Redis, key: str) -> None:
    clock = Clock()
    store, one, other = Store(), Cache(redis, clock), Cache(redis, clock)
    await one.get(COAT, key, 1, store.load)
    clock.now += 1.1 * LIFE_S + GRACE_S
    await other.get(COAT, key, 1, store.load)

    assert await one.get(COAT, key, 1, store.load) == Coat("coat 2")
    assert (store.asked, one.tally.hits) == (2, 1)


async def test_that_there_is_no_such_thing_is_remembered_for_a_moment_and_not_by_redis(redis: Redis, key: str) -> None:
    async def missing() -> Coat:
        raise NotFound("No such coat.")

    clock = Clock()
    cache = Cache(redis, clock)
    for _ in range(2):
        with pytest.raises(NotFound, match=r"No such coat\."):
            await cache.get(COAT, key, 1, missing)

    assert (cache.tally.flights, cache.tally.absent) == (1, 1)
    assert await redis.exists(f"cache:{COAT.name}:1:{key}") == 0
    clock.now += ABSENT_S
    assert await cache.get(COAT, key, 1, Store().load) == Coat("coat 1")


async def test_what_was_not_there_is_there_at_the_next_version(redis: Redis, key: str) -> None:
    async def missing() -> Coat:
        raise NotFound

    cache = Cache(redis)
    with pytest.raises(NotFound):
        await cache.get(COAT, key, 1, missing)

    assert await cache.get(COAT, key, 2, Store().load) == Coat("coat 1")


async def test_a_redis_that_is_full_costs_no_value(key: str) -> None:
    async with running_valkey() as full:
        redis = open_redis(full.url)
        await redis.config_set("maxmemory", "1")
        store, cache = Store(), Cache(redis)

        values = [await cache.get(COAT, key, 1, store.load) for _ in range(2)]

        assert values == [Coat("coat 1")] * 2
        assert (store.asked, cache.tally.unkept, cache.tally.hits) == (1, 1, 1)
        assert await redis.exists(f"cache:{COAT.name}:1:{key}") == 0
        await redis.aclose()


async def test_a_value_whose_version_is_not_known_is_made_once_for_all_who_wait(redis: Redis, key: str) -> None:
    store, cache = Store(), Cache(redis)
    store.gate.clear()

    asking = [asyncio.create_task(cache.get(COAT, key, None, store.load)) for _ in range(100)]
    await asyncio.sleep(0)
    store.gate.set()

    assert set(await asyncio.gather(*asking)) == {Coat("coat 1")}
    assert await cache.get(COAT, key, None, store.load) == Coat("coat 2")


async def test_who_comes_when_too_many_wait_is_sent_away_at_once(redis: Redis, key: str) -> None:
    store, cache = Store(), Cache(redis)
    store.gate.clear()
    asking = [
        asyncio.create_task(cache.get(COAT, f"{key}-{n}", None, store.load)) for n in range(MOST_LOADS + MOST_WAITING)
    ]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable):
        await cache.get(COAT, key, None, store.load)
    store.gate.set()
    await asyncio.gather(*asking)

    assert (cache.tally.shed, store.asked) == (1, MOST_LOADS + MOST_WAITING)
    assert await cache.get(COAT, key, None, store.load)


@pytest.mark.parametrize("version", [None, 1])
async def test_without_redis_the_database_is_asked_by_a_few_at_a_time(key: str, version: int | None) -> None:
    away = open_redis("redis://127.0.0.1:9")
    store, cache = Store(), Cache(away)
    store.gate.clear()

    asking = [asyncio.create_task(cache.get(COAT, f"{key}-{n}", version, store.load)) for n in range(40)]
    await until(lambda: store.at_once == MOST_LOADS)
    store.gate.set()
    await asyncio.gather(*asking)
    await away.aclose()

    assert (store.asked, store.most_at_once) == (40, MOST_LOADS)
