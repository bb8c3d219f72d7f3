"""One of three storefronts is killed, one is drained, all are restarted one after the other: no shopper notices."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.faults.telling import tell
from tests.fleet.shoppers import Habits, Shopper
from tests.fleet.stand import FleetStand
from tests.fleet.verdict import Verdict, judge
from tests.waiting import until

CALM = Habits(think_s=(0.5, 1.5), orders=0.1)
BUSY = Habits(think_s=(0.2, 0.6), orders=0.15)
REQUESTS = 5  # of each shopper, at least
FAILED_S = 3.0  # for so long after a kill requests may be lost

Disturb = Callable[[FleetStand], Awaitable[None]]


async def drain_one(fleet: FleetStand) -> None:
    await fleet.instances.drain("storefront-2")


async def restart_all(fleet: FleetStand) -> None:
    for name in fleet.names:
        await fleet.instances.stop(name)
        await fleet.instances.start(name)


async def run(fleet: FleetStand, shoppers: list[Shopper], seconds: float, disturb: Disturb) -> Verdict:
    """Disturb the fleet while everybody shops, for so many seconds at least, and until everybody has done something."""
    over = asyncio.Event()
    shopping = [asyncio.create_task(shopper.shop_until(over)) for shopper in shoppers]
    end = time.monotonic() + seconds
    await asyncio.sleep(seconds / 4)
    await disturb(fleet)
    await asyncio.sleep(max(0.0, end - time.monotonic()))
    await until(lambda: have_shopped(shoppers, shopping))
    over.set()
    await asyncio.gather(*shopping)
    for name in fleet.names:
        await fleet.instances.start(name)
    return await judge(shoppers, fleet.database)


async def have_shopped(shoppers: list[Shopper], shopping: list[asyncio.Task[None]]) -> bool:
    """So much that a fault would be seen, for which a slow machine takes longer; or one of them has met a fault."""
    requests, orders = sum(len(one.answers) for one in shoppers), sum(len(one.ordered) for one in shoppers)
    is_enough = requests > REQUESTS * len(shoppers) and orders > len(shoppers) / 4
    return is_enough or any(one.done() for one in shopping)


async def test_a_thousand_adds_by_a_hundred_shoppers_are_all_there(fleet: FleetStand, skus: list[str]) -> None:
    shoppers = fleet.invite(skus, 100, seed=1, habits=BUSY)

    async def add_ten(shopper: Shopper) -> None:
        await shopper.do("add", skus[0], 1)
        await asyncio.gather(*(shopper.do("add", sku, 1) for sku in (*skus, skus[0])))

    await asyncio.gather(*map(add_ten, shoppers))
    verdict = await judge(shoppers, fleet.database)

    wanted = dict.fromkeys(skus, 1) | {skus[0]: 3}
    assert [shopper.history[-1].seen for shopper in shoppers] == [wanted] * 100
    assert len({answer.instance for shopper in shoppers for answer in shopper.answers}) == len(fleet.names)
    assert (verdict.failures, verdict.faults) == (0, [])


@pytest.mark.parametrize("disturb", [drain_one, restart_all])
async def test_no_request_fails_in_a_short_drill(fleet: FleetStand, skus: list[str], disturb: Disturb) -> None:
    verdict = await run(fleet, fleet.invite(skus, 20, seed=1, habits=BUSY), 4, disturb)

    assert (verdict.failures, verdict.faults) == (0, [])


@pytest.mark.long
@pytest.mark.parametrize("disturb", [drain_one, restart_all])
async def test_no_request_fails_in_a_drill(fleet: FleetStand, skus: list[str], disturb: Disturb) -> None:
    verdict = await run(fleet, fleet.invite(skus, 100, seed=1, habits=CALM), 60, disturb)

    tell(f"{disturb.__name__}: {verdict}")
    assert (verdict.failures, verdict.faults) == (0, [])
    assert verdict.requests >= 3000


async def test_a_killed_storefront_costs_nobody_anything_in_a_short_drill(fleet: FleetStand, skus: list[str]) -> None:
    await kill_one(fleet, fleet.invite(skus, 20, seed=1, habits=BUSY), 4)


@pytest.mark.long
async def test_a_killed_storefront_costs_nobody_anything(fleet: FleetStand, skus: list[str]) -> None:
    verdict, last_s = await kill_one(fleet, fleet.invite(skus, 100, seed=1, habits=CALM), 60)

    assert verdict.requests >= 3000
    assert last_s <= FAILED_S


async def kill_one(fleet: FleetStand, shoppers: list[Shopper], seconds: float) -> tuple[Verdict, float]:
    """Requests to the killed one may fail, for a moment; what its shoppers wanted is done once when they ask again.

    Returns the seconds from the kill to the last request that failed, too.
    """
    victim, killed_at, before = random.Random(len(shoppers)).choice(fleet.names), [], await fleet.unanswered()

    async def kill(fleet: FleetStand) -> None:
        killed_at.append(time.monotonic())
        await fleet.instances.kill(victim)

    verdict = await run(fleet, shoppers, seconds, kill)

    failures = [answer for shopper in shoppers for answer in shopper.failures]
    last_s = max((answer.answered_s for answer in failures), default=killed_at[0]) - killed_at[0]
    tell(f"{victim} killed: {verdict}; the last {last_s:.2f} s after the kill")
    assert verdict.faults == []
    assert {answer.status for answer in failures} <= {502, 503, 504}
    assert all(answer.answered_s >= killed_at[0] for answer in failures)
    unanswered = await fleet.unanswered() - before
    assert unanswered[victim] == unanswered.total() >= len(failures)
    return verdict, last_s
