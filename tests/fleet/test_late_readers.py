"""Replicas fall behind by 3 s and 10 s, and one is killed, while everybody orders: nobody misses what they just did."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from deploy.local.backing import backing_services
from deploy.local.ports import Ports
from deploy.local.reader_orders import ReaderOrders
from shared.db import Database
from shared.migrate import migrate
from shared.passwords import hash_password
from shared.services.accounts import add_proven
from tests.conftest import QUICK
from tests.faults.shelf import fill_shelf
from tests.faults.telling import tell
from tests.fleet.customers import PASSWORD, Customer
from tests.fleet.shoppers import Habits, Shopper
from tests.fleet.stand import FleetStand, open_stand
from tests.fleet.verdict import judge
from tests.tables import empty_tables
from tests.waiting import until
from tests.web.browser import Browser

CUSTOMERS, GUESTS = 4, 10
BUSY = Habits(think_s=(0.2, 0.6), orders=0.15)
PATIENCE_S = 120
DRILL: tuple[tuple[tuple[str, int, int | None], ...], ...] = (  # phases of orders: action, reader, seconds
    (("lag", 1, 3),),
    (("lag", 1, 10), ("lag", 2, 3)),
    (("kill", 1, None),),
    (("lag", 2, 10),),
    (("start", 1, None), ("lag", 1, 0), ("lag", 2, 0)),
)


@pytest_asyncio.fixture(scope="module")
async def stand(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FleetStand]:
    """Three storefronts on a writer with two replicas."""
    given, ports = {**os.environ, **QUICK}, Ports.free(readers=2)
    folder, parts = tmp_path_factory.mktemp("late"), ("mariadb", "redis", "sqs")
    async with backing_services(folder / "backing", ports, given, only=parts, readers=2) as backing:
        await asyncio.to_thread(migrate, backing.environment["DATABASE_WRITER_URL"])
        database = Database(backing.environment["DATABASE_WRITER_URL"])
        async with open_stand(backing, folder / "fleet", database) as opened:
            yield opened
        await database.close()


@pytest_asyncio.fixture
async def empty(stand: FleetStand) -> None:
    await empty_tables(stand.database)


async def invite_customers(stand: FleetStand, sku: str) -> list[Customer]:
    """Signed in."""
    hashed = hash_password(PASSWORD)
    customers = []
    for number in range(CUSTOMERS):
        email = f"customer-{number}@example.com"
        await add_proven(stand.database, email, hashed)
        customers.append(Customer(Browser(stand.running.url), email, sku))
        await customers[-1].sign_in()
    return customers


async def drill(stand: FleetStand, customers: Sequence[Customer], guests: Sequence[Shopper], rounds: int) -> None:
    """Each phase lasts until every customer has done, and seen, everything so many times."""
    orders, over = ReaderOrders(stand.backing.readers, stand.backing.supervisor), asyncio.Event()

    async def have_shopped(before: Sequence[int]) -> bool:
        return all(one.rounds >= done + rounds for one, done in zip(customers, before, strict=True)) or any(
            one.done() for one in shopping
        )

    everybody: list[Customer | Shopper] = [*customers, *guests]
    shopping = [asyncio.create_task(one.shop_until(over)) for one in everybody]
    for phase in DRILL:
        for action, reader, seconds in phase:
            told = await orders.obey({"action": action, "reader": reader, "seconds": seconds})
            tell(f"{told}; {sum(one.rounds for one in customers)} rounds so far")
        before = [one.rounds for one in customers]
        await until(lambda before=before: have_shopped(before), PATIENCE_S)  # type: ignore[misc]
    over.set()
    await asyncio.gather(*shopping)


async def check(stand: FleetStand, rounds: int) -> None:
    skus = await fill_shelf(stand.database)
    customers = await invite_customers(stand, skus[0])
    guests = stand.invite(skus[1:], GUESTS, seed=1, habits=BUSY)

    await drill(stand, customers, guests, rounds)

    missed = [sentence for customer in customers for sentence in customer.missed]
    verdict = await judge(guests, stand.database)
    theirs = {f"a foreign order: {number}" for customer in customers for number in customer.numbers}
    tell(f"{len(theirs)} orders of customers, {len(missed)} looks in vain; beside them {verdict.requests} requests")
    assert missed == []
    assert (verdict.failures, set(verdict.faults)) == (0, theirs)


async def test_whoever_wrote_sees_it_at_once_however_late_the_readers_are(stand: FleetStand, empty: None) -> None:
    await check(stand, 2)


@pytest.mark.long
async def test_whoever_wrote_sees_it_at_once_for_minutes(stand: FleetStand, empty: None) -> None:
    await check(stand, 30)
