"""A database that stops answering in the middle of a transaction: nobody waits for ever, and nothing is done twice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from shared import crash
from shared.db import Database
from shared.errors import NotFound, Unavailable
from shared.settings import Settings
from tests.factories import add_variant, count, place, stock_of
from tests.faults.wires import Faults, Wire, open_wire

SHORT_S = 2  # instead of READ_S


@dataclass
class Link:
    """The shop's way to its database, which can be hung. Nobody watches its circuit, as in a worker."""

    database: Database
    wire: Wire

    def hang(self) -> None:
        self.wire.faults = Faults(is_hung=True)


@pytest_asyncio.fixture
async def link(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Link]:
    monkeypatch.setattr("shared.connection.READ_S", SHORT_S)
    url, port = settings.database_writer_url, urlsplit(settings.database_writer_url).port
    wire = await open_wire(port or 0)
    made = Link(Database(url.replace(f":{port}/", f":{wire.port}/")), wire)
    yield made
    await made.database.close()
    await wire.close()


async def test_a_commit_without_an_answer_is_given_up_and_the_same_order_sent_again_is_placed_once(
    link: Link, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_variant(database, "COAT", stock=5)
    monkeypatch.setattr(crash, "here", lambda point: link.hang() if point == "checkout.before_commit" else None)

    with pytest.raises(Unavailable):
        await place(link.database, {"COAT": 1})

    monkeypatch.undo()
    link.wire.heal()
    again = await place(link.database, {"COAT": 1})
    assert await count(database, "orders") == 1
    async with database.writer() as connection:
        row = await connection.row("SELECT o.number, v.stock FROM orders o, variants v WHERE v.sku = 'COAT'")
    assert row == {"number": again.order.number, "stock": 4}


@pytest.mark.parametrize("answered", [True, False], ids=["after an answer", "at its begin"])
async def test_a_rollback_or_a_begin_without_an_answer_is_given_up(link: Link, answered: bool) -> None:
    async with link.database.writer() as connection:
        await connection.row("SELECT 1")  # so that a connection is open
    if not answered:
        link.hang()

    with pytest.raises(Unavailable):
        await refused_while_hung(link)

    link.wire.heal()
    async with link.database.transaction() as connection:
        assert await connection.row("SELECT 1 AS one") == {"one": 1}
    assert link.database.writer_pool.in_use == 0


async def refused_while_hung(link: Link) -> None:
    async with link.database.transaction():
        link.hang()
        raise NotFound


async def test_an_order_that_waited_for_the_shelf_until_its_buyer_was_sent_away_is_not_placed_afterwards(
    link: Link, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.queries.placing.IN_TIME_S", SHORT_S / 2)
    await add_variant(database, "COAT", stock=5)

    async with database.transaction() as connection:
        await connection.execute("UPDATE variants SET stock = stock WHERE sku = 'COAT'")
        with pytest.raises(Unavailable):
            await place(link.database, {"COAT": 1})
    async with database.transaction() as connection:  # stands behind the order in the queue for the shelf
        await connection.execute("UPDATE variants SET stock = stock WHERE sku = 'COAT'")

    assert (await count(database, "orders"), await stock_of(database, "COAT")) == (0, 5)
