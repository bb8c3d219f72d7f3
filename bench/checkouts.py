"""Placing orders from one process: ours, the same rows by separate statements, and inside the server itself."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count

from bench.plain_orders import PROCEDURE, make_procedure, place_plainly
from bench.rows import Row, more_is_better
from bench.workplace import open_bench
from shared.db import Database
from tests.factories import place

BUYERS = 16
ROUNDS, SECONDS = 3, 1.5  # of each way in turn
SKUS = 300  # a third of them for each line
CALL = 25  # orders of one call of the procedure

Buy = Callable[[int], Awaitable[int]]  # takes a serial; tells how many orders it placed


async def measure_checkouts() -> list[Row]:
    async with open_bench(SKUS) as bench:
        async with bench.database.writer() as connection:
            await make_procedure(connection, SKUS // 3)
        rates = await _in_turns(_ways(bench.database, bench.skus))
    return [
        more_is_better("checkout", rates["ours"], "orders/s", limit=rates["separate"], target=1.6),
        more_is_better("checkout-server", rates["ours"], "orders/s", limit=rates["server"], target=0.2),
        more_is_better("checkout-hot", rates["hot"], "orders/s", limit=rates["ours"], target=0.8),
    ]


def _ways(database: Database, shelf: Sequence[str]) -> dict[str, Buy]:
    async def ours(serial: int) -> int:
        await place(database, dict.fromkeys(_picked(shelf), 1), cart_id=f"spread-{serial}")
        return 1

    async def hot(serial: int) -> int:
        skus = (shelf[0], *_picked(shelf)[1:])
        await place(database, dict.fromkeys(skus, 1), cart_id=f"hot-{serial}")
        return 1

    async def separate(serial: int) -> int:
        await place_plainly(database, serial, _picked(shelf))
        return 1

    async def server(serial: int) -> int:
        async with database.writer() as connection:
            await connection.execute(f"CALL {PROCEDURE}(%s, %s)", (serial * CALL, CALL))
        return CALL

    return {"ours": ours, "separate": separate, "hot": hot, "server": server}


def _picked(shelf: Sequence[str]) -> tuple[str, ...]:
    """One of each third, as the procedure picks them."""
    third = len(shelf) // 3
    return tuple(random.choice(shelf[at : at + third]) for at in range(0, len(shelf), third))  # noqa: S311


async def _in_turns(ways: dict[str, Buy]) -> dict[str, float]:
    """Orders a second of each way, by so many buyers at once."""
    serials, orders, took_s = count(1), dict.fromkeys(ways, 0), dict.fromkeys(ways, 0.0)
    for _ in range(ROUNDS):
        for name, buy in ways.items():
            began = time.monotonic()
            orders[name] += sum(await asyncio.gather(*(_buyer(buy, serials) for _ in range(BUYERS))))
            took_s[name] += time.monotonic() - began
    return {name: orders[name] / took_s[name] for name in ways}


async def _buyer(buy: Buy, serials: "count[int]") -> int:
    placed, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        placed += await buy(next(serials))
    return placed
