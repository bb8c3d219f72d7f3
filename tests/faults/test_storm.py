"""Storefront, workers, database and Redis are killed at random while people buy."""

import asyncio
from collections.abc import Callable

import pytest

from tests.faults.buyers import Buyers
from tests.faults.stand import Stand
from tests.faults.storm import Storm
from tests.faults.telling import tell
from tests.faults.verdict import judge


async def test_a_short_storm_loses_and_doubles_nothing(hurt: Stand, shoppers: Callable[..., Buyers]) -> None:
    await weather(hurt, shoppers, seconds=8, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
async def test_a_storm_loses_and_doubles_nothing(hurt: Stand, shoppers: Callable[..., Buyers], seed: int) -> None:
    await weather(hurt, shoppers, seconds=60, seed=seed)


async def weather(stand: Stand, shoppers: Callable[..., Buyers], seconds: float, seed: int) -> None:
    buyers, storm, over = shoppers(seed=seed), Storm(stand, seed), asyncio.Event()
    buying = asyncio.create_task(buyers.buy_until(over, per_s=1))

    await storm.rage(seconds)
    over.set()
    await buying

    verdict = await judge(stand, buyers)
    spoilt = sum(wire.eaten for wire in stand.wires.values())
    tell(f"seed {seed}: {dict(storm.killed)} killed, {spoilt} answers swallowed, {dict(stand.queue.spoilt)}: {verdict}")
    assert verdict.faults == []
    assert verdict.orders == len(buyers.bought) > 0
    assert storm.killed.total() >= seconds / 4
