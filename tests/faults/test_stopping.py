"""Processes are asked to stop, or are killed with all their children, while orders come in."""

import asyncio
import signal
from collections.abc import Callable, Sequence

import pytest

from tests.faults.buyers import Buyers
from tests.faults.processes import living, members, strike, strike_group
from tests.faults.stand import WORKERS, Stand
from tests.faults.telling import tell
from tests.faults.verdict import judge
from tests.waiting import until

STOPPED = (*WORKERS, "storefront-1")
BETWEEN_S = 0.3


async def test_a_few_orders_survive_stops_and_a_killed_group(hurt: Stand, shoppers: Callable[..., Buyers]) -> None:
    await stop_during(hurt, shoppers(), orders=10, killed=["worker-documents"])


@pytest.mark.long
async def test_two_hundred_orders_survive_stops_and_killed_groups(hurt: Stand, shoppers: Callable[..., Buyers]) -> None:
    await stop_during(hurt, shoppers(), orders=200, killed=WORKERS)


async def stop_during(stand: Stand, buyers: Buyers, orders: int, killed: Sequence[str]) -> None:
    """SIGTERM to each in turn, then SIGKILL to groups of workers, again and again until all has been bought."""
    buying = asyncio.create_task(buyers.buy(orders))
    stops, seen = 0, list[int]()
    while not stops or not buying.done():
        for part in STOPPED:
            seen += await _stop(stand, part)
        for part in killed:
            seen += await _kill_group(stand, part)
        stops += 1
    await buying

    verdict = await judge(stand, buyers, within_s=60 + orders)
    tell(f"{stops} rounds, {len(seen)} processes ended; {verdict}")
    assert verdict.faults == []
    assert verdict.orders == len(buyers.bought) == orders
    assert living(seen) == []


async def _stop(stand: Stand, part: str) -> list[int]:
    """The processes that ended, without a kill."""
    leader = stand.pid(part)
    group = members(leader)
    strike(leader, signal.SIGTERM)

    async def has_gone() -> bool:
        return not living(group)

    await until(has_gone)
    await _is_back(stand, part, leader)
    return group


async def _kill_group(stand: Stand, part: str) -> list[int]:
    leader = stand.pid(part)
    group = members(leader)
    assert len(group) > 1, "a worker without children does nothing"
    strike_group(leader)
    await _is_back(stand, part, leader)
    return group


async def _is_back(stand: Stand, part: str, leader: int) -> None:
    """Another process has taken the ended one's place, and is ready."""

    async def is_another() -> bool:
        return stand.pid(part) not in (0, leader)

    await until(is_another)
    await stand.ready(part)
    await asyncio.sleep(BETWEEN_S)
