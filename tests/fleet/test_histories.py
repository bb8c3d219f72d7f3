"""Shoppers change their carts at any storefront while storefronts die, and Redis too: every answer must be possible."""

import asyncio
import random

import pytest

from tests.faults.telling import tell
from tests.fleet.shoppers import Habits, Shopper
from tests.fleet.stand import FleetStand
from tests.fleet.verdict import Verdict, judge
from tests.waiting import until

SHOPPERS = 8
HURRIED, PATIENT = Habits(at_once=3), Habits()
LULL_S = (0.5, 2.5)
OPERATIONS = 50


async def live(fleet: FleetStand, skus: list[str], seed: int, seconds: float, habits: Habits) -> Verdict:
    """Kill storefronts all the time; and empty and kill Redis, if everybody does one thing at a time."""
    chance, over = random.Random(seed), asyncio.Event()
    shoppers = fleet.invite(skus, SHOPPERS, seed, habits)
    shopping = [asyncio.create_task(shopper.shop_until(over)) for shopper in shoppers]
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        await asyncio.sleep(chance.uniform(*LULL_S))
        await fleet.kill_one(chance)
        if habits is PATIENT:
            await fleet.lose_redis(chance)
    await until(lambda: have_shopped(shoppers, shopping))
    over.set()
    await asyncio.gather(*shopping)
    await fleet.all_in_rotation()
    verdict = await judge(shoppers, fleet.database)
    tell(f"seed {seed}, {'losses of Redis' if habits is PATIENT else 'several requests at once'}: {verdict}")
    return verdict


async def have_shopped(shoppers: list[Shopper], shopping: list[asyncio.Task[None]]) -> bool:
    """So much that a fault would be seen, for which a slow machine takes longer; or one of them has met a fault."""
    is_enough = sum(len(one.history) for one in shoppers) > OPERATIONS
    return is_enough or any(one.done() for one in shopping)


@pytest.mark.parametrize("habits", [HURRIED, PATIENT], ids=["several requests at once", "losses of Redis"])
async def test_what_shoppers_saw_for_some_seconds_is_possible(
    fleet: FleetStand, skus: list[str], habits: Habits
) -> None:
    verdict = await live(fleet, skus, 1, 4, habits)

    assert verdict.faults == []


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("habits", [HURRIED, PATIENT], ids=["several requests at once", "losses of Redis"])
async def test_what_shoppers_saw_is_possible(fleet: FleetStand, skus: list[str], habits: Habits, seed: int) -> None:
    verdict = await live(fleet, skus, seed, 60, habits)

    assert verdict.faults == []
