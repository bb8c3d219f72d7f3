"""Adds to carts from one process through the client layer, beside adds that are packed into pipelines by hand."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count

from redis.asyncio import Redis

from bench.rows import Row, more_is_better
from bench.workplace import Bench, open_bench
from shared.redis_client import open_redis
from storefront.cart_store import Operation, hash_of
from storefront.carts import Carts

ROUNDS, SECONDS = 3, 1.0  # of each way in turn
CARTS, PACKED, CROWD = 2000, 100, 16  # different carts; adds in a pipeline; adds at once that make the carts
TTL_S = 14 * 24 * 3600
TARGETS = {16: 0.5, 100: 0.7}  # by callers at once

Add = Callable[[int], Awaitable[object]]


async def measure_cart_calls() -> list[Row]:
    async with open_bench() as bench:
        redis, plain = open_redis(bench.backing.environment["REDIS_URL"]), _plain(bench)
        try:
            rates = await _in_turns(Carts(redis, TTL_S), plain, bench.skus)
        finally:
            await redis.aclose()
            await plain.aclose()
    return [
        more_is_better(f"cart-add-{callers}", rates[callers], "adds/s", limit=rates[0], target=target)
        for callers, target in TARGETS.items()
    ]


async def _in_turns(carts: Carts, plain: Redis, skus: Sequence[str]) -> dict[int, float]:
    """Adds a second by callers at once; those packed by hand stand under 0."""
    numbers = count()
    add = _adding(carts, skus)
    for _ in range(0, CARTS, CROWD):  # so that each cart is there, and the script known
        await asyncio.gather(*(add(next(numbers)) for _ in range(CROWD)))
    done = dict.fromkeys((0, *TARGETS), 0)
    for _ in range(ROUNDS):
        done[0] += await _packed(carts, plain, skus, numbers)
        for callers in TARGETS:
            done[callers] += await _called(add, callers, numbers)
    return {callers: adds / (ROUNDS * SECONDS) for callers, adds in done.items()}


def _adding(carts: Carts, skus: Sequence[str]) -> Add:
    async def add(number: int) -> None:
        sku, operation = skus[number // CARTS % len(skus)], Operation(f"op-{number}")
        await carts.add(_cart_id(number), sku, 1, 99, operation)

    return add


async def _called(add: Add, callers: int, numbers: "count[int]") -> int:
    """So many callers, each adding one after another."""
    done, end = 0, time.monotonic() + SECONDS

    async def caller() -> None:
        nonlocal done
        while time.monotonic() < end:
            await add(next(numbers))
            done += 1

    await asyncio.gather(*(caller() for _ in range(callers)))
    return done


async def _packed(carts: Carts, plain: Redis, skus: Sequence[str], numbers: "count[int]") -> int:
    """The same script with arguments of the same size, as a pipeline: no callers, no answers told apart."""
    done, end, sha = 0, time.monotonic() + SECONDS, carts._changes["add"].sha
    while time.monotonic() < end:
        pipeline = plain.pipeline(transaction=False)
        for _ in range(PACKED):
            number = next(numbers)
            key, sku = f"cart:{{{_cart_id(number)}}}", skus[number // CARTS % len(skus)]
            mark = hash_of("packed", number)
            pipeline.evalsha(sha, 2, key, f"{key}:ops", TTL_S, mark, mark, 0, sku, 1, 99)
        await pipeline.execute()
        done += PACKED
    return done


def _cart_id(number: int) -> str:
    return f"bench-{number % CARTS:016}"


def _plain(bench: Bench) -> Redis:
    return Redis.from_url(bench.backing.environment["REDIS_URL"], decode_responses=True)
