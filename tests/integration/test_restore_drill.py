"""A backup, more orders, and back: nothing is charged, mailed or numbered twice, and what is missing is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.local.backing import BackingServices, backing_services
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.restore import restore
from shared.db import Database
from shared.settings import Settings
from tests.environments import bare_environment
from tests.fakes import ListPublisher
from tests.faults.shelf import fill_shelf
from tests.ledgers import empty_ledgers, rows
from tests.orders_at_work import Bench
from workers.audit.books import audit
from workers.audit.desk import Desk
from workers.operators.backup import back_up
from workers.sweep import sweep
from workers.tools import open_tools

CARD: dict[str, Any] = {"payment_method": "card", "payment_token": "tok_success"}
NUMBERED = "SELECT number, subject, sha256 FROM documents WHERE number IS NOT NULL ORDER BY number"


@asynccontextmanager
async def open_work(settings: Settings) -> AsyncIterator[Bench]:
    """The worker's tools for real, but for the queue."""
    publisher = ListPublisher()
    tools = replace(await open_tools(settings), publisher=publisher)
    try:
        yield Bench(tools, publisher=publisher)
    finally:
        await tools.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "shop")
    place.make()
    return place


@pytest.fixture
def shop(settings: Settings, place: Place) -> Settings:
    return replace(settings, media_root=place.media)


async def test_a_restored_shop_goes_on_where_it_was_and_tells_what_it_lost(
    shop: Settings, database: Database, backing: BackingServices, place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    await empty_ledgers(backing)
    sku, *_ = await fill_shelf(database, 1)
    async with open_work(shop) as work:
        known = await work.order({sku: 1}, **CARD)
        await work.work()
        open_at_backup = await work.order({sku: 1}, **CARD)
        await asyncio.to_thread(back_up, shop, place.state / "shop.tar.gz")
        await work.work()
        by_card, on_invoice = await work.order({sku: 2}, **CARD), await work.order({sku: 1})
        await work.work()
        given = await rows(database, NUMBERED)

    assert await asyncio.to_thread(restore, place, place.state / "shop.tar.gz", bare_environment(), is_sure=True) == 0
    told = capfd.readouterr().out

    async with backing_services(place.state, Ports.free(), bare_environment(), only=("mariadb",)) as running:
        url = running.environment["DATABASE_WRITER_URL"]
        restored = replace(shop, database_writer_url=url, database_reader_urls=())
        async with open_work(restored) as work:
            await sweep(work.tools)
            await work.work()
            new = await work.order({sku: 1})
            await work.work()
            numbered = await rows(work.database, NUMBERED)
            orders = {row["number"] for row in await rows(work.database, "SELECT number FROM orders")}
            report = (await audit(Desk(restored, work.database, deep=True, settled_s=0))).report

    assert orders == {known, open_at_backup, new}
    assert [row["number"] for row in numbered] == ["I000001", "I000002", "I000003", "I000004", "I000005"]
    assert [row["sha256"] for row in numbered[:4]] == [row["sha256"] for row in given]
    assert [row["subject"] for row in numbered[2:4]] == [f"lost:{by_card}", f"lost:{on_invoice}"]
    assert f"I000002 of order {open_at_backup}: its order is there, and has this invoice again" in told
    assert f"I000003 of order {by_card}: the database has nothing that it is about" in told
    assert report.unreadable == []
    assert sorted((gap.kind, gap.order or gap.detail[-9:]) for gap in report.gaps) == sorted([
        ("charge_without_order", by_card),
        ("mail_unknown", by_card),
        ("mail_unknown", on_invoice),
    ])  # fmt: skip
