"""Three times as many buyers come as one storefront can serve: it goes on selling, and sends the rest away at once."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.db import Database
from tests.faults.shelf import fill_shelf
from tests.faults.telling import tell
from tests.fleet.flood import Flood
from tests.fleets import RunningFleet, open_fleet
from tests.ledgers import rows
from tests.waiting import until

TIMES = 3
AT_ONCE = 16  # as many as there are connections to the database: more at once sell no more
PART = 4  # of the time of the rush, to find the peak
REFUSED_S, BACK_S = 0.1, 5.0


@pytest_asyncio.fixture(scope="module")
async def lone(
    backing: BackingServices, schema: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningFleet]:
    """One storefront behind a balancer, and no worker."""
    folder = tmp_path_factory.mktemp("lone")
    async with open_fleet(backing, folder, 1, DRAIN_S="0", RATE_ADDRESS_PER_S="0") as running:
        await running.supervisor.until_ready("storefront-1")
        yield running


@dataclass(frozen=True)
class Overload:
    """peak, sold: orders per second, of as many buyers as it can serve (before and after), and of far too many."""

    peak: float
    sold: float
    rush: Flood
    back_s: float

    def __str__(self) -> str:
        rush = f"{self.rush.came} buyers: {self.sold:.0f} orders/s ({self.sold / self.peak:.0%}) {self.rush.orders}"
        told = f"refused: {self.rush.refusals}; back after {self.back_s:.1f} s"
        return f"peak {self.peak:.0f} orders/s; then {rush}; {told}"


async def overload(running: RunningFleet, database: Database, seconds: float) -> Overload:
    """Every order that was acknowledged must be there, and whoever got none was told when to come again."""
    sku, *_ = await fill_shelf(database)
    before, rush, first, after = floods = [Flood(running.ports.storefront, sku) for _ in range(4)]

    peak = await before.at_most(AT_ONCE, seconds / PART)
    sold = await rush.come(peak * TIMES, seconds)
    began = time.monotonic()
    await until(first.buy)
    back_s = time.monotonic() - began
    peak_after = await after.at_most(AT_ONCE, seconds / PART)
    for one in floods:
        one.close()

    found = Overload((peak + peak_after) / 2, sold, rush, back_s)
    tell(str(found))
    acknowledged = {number for one in floods for number in one.numbers}
    there = {row["number"] for row in await rows(database, "SELECT number FROM orders")}
    assert len(acknowledged) > 0
    assert acknowledged - there == set()
    assert dict(rush.others) == {}
    assert set(rush.hints) <= {"1", "2", "3"}
    return found


async def test_who_comes_too_many_is_told_to_come_again_and_no_order_is_lost(
    lone: RunningFleet, database: Database
) -> None:
    await overload(lone, database, 4)


@pytest.mark.long
async def test_a_storefront_goes_on_selling_when_three_times_as_many_come(
    lone: RunningFleet, database: Database
) -> None:
    found = await overload(lone, database, 60)

    assert found.sold >= 0.8 * found.peak
    assert found.rush.refusals.share(50) <= REFUSED_S
    assert found.back_s <= BACK_S
