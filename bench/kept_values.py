"""The cache that processes share: a value that is there, one that is not, and a hundred callers for a cold one."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count

from pydantic import TypeAdapter
from redis.asyncio import Redis

from bench.rows import Row, beside, less_is_better
from bench.servers import PRODUCT
from bench.workplace import open_bench
from shared.cache import Cache, Kind
from shared.db import Database
from shared.queries.catalog import Product, product_by_slug
from shared.redis_client import open_redis
from shared.seed.planting import plant
from shared.seed.source import read_catalogue

ROUNDS, SECONDS = 3, 0.7  # of each way in turn
CALLERS, CROWD = 16, 100
SLUG = PRODUCT.rpartition("/")[2]
PRODUCTS = Kind("bench-product", Product)
SHAPE = TypeAdapter(Product)

Get = Callable[[], Awaitable[object]]


@dataclass
class Source:
    """Where the values come from, and how often it was asked."""

    database: Database
    queries: int = 0

    async def load(self) -> Product:
        self.queries += 1
        async with self.database.reader() as connection:
            return await product_by_slug(connection, SLUG)


async def measure_kept_values() -> list[Row]:
    async with open_bench() as bench:
        await plant(bench.database, read_catalogue())
        url = bench.backing.environment["REDIS_URL"]
        redis, plain, source = open_redis(url), Redis.from_url(url), Source(bench.database)
        try:
            queries = await _queries_of_a_crowd(Cache(redis), source)
            rates = await _in_turns(_ways(redis, plain, source))
        finally:
            await redis.aclose()
            await plain.aclose()
    return [
        less_is_better("single-flight", queries, "queries", limit=1, target=1),
        beside("cache-hit", rates["hit"], "values/s", limit=rates["get"]),
        beside("cache-shared", rates["shared"], "values/s", limit=rates["get"]),
        beside("cache-miss", rates["miss"], "values/s", limit=rates["load"]),
    ]


async def _queries_of_a_crowd(cache: Cache, source: Source) -> int:
    await asyncio.gather(*(cache.get(PRODUCTS, SLUG, 0, source.load) for _ in range(CROWD)))
    return source.queries


def _ways(redis: Redis, plain: Redis, source: Source) -> dict[str, Get]:
    keys, versions = count(), count(1)
    here, forgetful, cold = Cache(redis), Cache(redis), Cache(redis)

    def one_of_some() -> str:
        """Callers at once ask for different keys, or one flight would serve all of them."""
        return f"{SLUG}-{next(keys) % CALLERS}"

    async def get() -> Product:
        text = await plain.get("bench-plain")
        if text is None:
            text = SHAPE.dump_json(await source.load())
            await plain.set("bench-plain", text)
        return SHAPE.validate_json(text)

    def shared() -> Awaitable[Product]:
        forgetful.clear()
        return forgetful.get(PRODUCTS, one_of_some(), 0, source.load)

    return {
        "get": get,
        "hit": lambda: here.get(PRODUCTS, one_of_some(), 0, source.load),
        "shared": shared,
        "load": source.load,
        "miss": lambda: cold.get(PRODUCTS, SLUG, next(versions), source.load),
    }


async def _in_turns(ways: dict[str, Get]) -> dict[str, float]:
    """Values a second of each way, by so many callers at once."""
    found, took_s = dict.fromkeys(ways, 0), dict.fromkeys(ways, 0.0)
    for _ in range(ROUNDS):
        for name, get in ways.items():
            began = time.monotonic()
            found[name] += sum(await asyncio.gather(*(_caller(get) for _ in range(CALLERS))))
            took_s[name] += time.monotonic() - began
    return {name: found[name] / took_s[name] for name in ways}


async def _caller(get: Get) -> int:
    got, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        await get()
        got += 1
    return got
