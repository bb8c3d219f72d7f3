"""`./shop seed --orders N`: whole orders of the last 90 days, in which nothing is left to do and nothing to find."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from tornado.httpclient import AsyncHTTPClient

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.queries.orders import order_by_number
from shared.seed.orders import SeedFault, plant_orders
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from shared.settings import Settings
from tests.factories import count, stock_of
from tests.ledgers import empty_ledgers, rows
from workers.audit.books import audit
from workers.audit.desk import Desk

SKU = "OCTS00-NAV-S"  # 120 pieces in the catalogue
ORDERS = 700  # more than one batch


@pytest_asyncio.fixture
async def shop(database: Database, backing: BackingServices) -> Database:
    """An empty shop with the catalogue, an empty provider and an empty mailbox."""
    await empty_ledgers(backing)
    await plant(database, read_catalogue())
    return database


async def charges(settings: Settings) -> list[dict[str, object]]:
    answer = await AsyncHTTPClient().fetch(f"{settings.payment_gateway}/charges")
    found: list[dict[str, object]] = json.loads(answer.body)
    return found


async def test_seeded_orders_leave_nothing_to_do_and_nothing_to_find(shop: Database, settings: Settings) -> None:
    cards = await plant_orders(settings, shop, ORDERS)

    report = (await audit(Desk(settings, shop, deep=True))).report
    assert report.gaps == []
    assert (report.checked["orders"], report.checked["charges"]) == (ORDERS, cards)
    assert report.checked["files"] == report.checked["hashes"] == report.checked["invoiced"] + report.checked["credits"]
    assert await rows(shop, "SELECT DISTINCT state FROM steps") == [{"state": "done"}]
    assert await rows(shop, "SELECT id FROM outbox WHERE published_at IS NULL") == []


async def test_every_way_an_order_may_have_gone_is_there(shop: Database, settings: Settings) -> None:
    await plant_orders(settings, shop, ORDERS)

    fates = await rows(shop, "SELECT DISTINCT order_status, fulfillment_status, return_status FROM orders")
    assert {tuple(row.values()) for row in fates} == {
        ("processing", "unfulfilled", "none"),
        ("processing", "shipped", "none"),
        ("completed", "delivered", "none"),
        ("completed", "delivered", "received"),
        ("canceled", "unfulfilled", "none"),
        ("expired", "unfulfilled", "none"),
    }
    ages = await rows(
        shop,
        "SELECT MIN(placed_at) > UTC_TIMESTAMP() - INTERVAL 90 DAY AS young, "
        "MAX(placed_at) < UTC_TIMESTAMP() AS past, DATEDIFF(MAX(placed_at), MIN(placed_at)) > 80 AS spread FROM orders",
    )
    assert ages == [{"young": 1, "past": 1, "spread": 1}]


async def test_the_provider_holds_the_same_charges(shop: Database, settings: Settings) -> None:
    await plant_orders(settings, shop, 60)

    ours = await rows(
        shop,
        "SELECT p.provider_ref AS id, o.total_cents AS amount_cents, p.captured_cents, p.refunded_cents "
        "FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.provider_ref IS NOT NULL",
    )
    names = ("id", "amount_cents", "captured_cents", "refunded_cents")
    theirs = [{name: row[name] for name in names} for row in await charges(settings) if row["status"] != "declined"]
    assert sorted(map(str, ours)) == sorted(map(str, theirs))


async def test_stock_is_what_it_was_and_more_orders_are_added(shop: Database, settings: Settings) -> None:
    await plant_orders(settings, shop, 30)
    await plant_orders(settings, shop, 20)

    assert (await count(shop, "orders"), await stock_of(shop, SKU)) == (50, 120)
    (last,) = await rows(shop, "SELECT last FROM number_ranges WHERE kind = 'invoice'")
    assert await rows(shop, "SELECT id FROM documents WHERE kind = 'invoice'") != []
    assert last["last"] == await count(shop, "documents WHERE kind = 'invoice'")
    assert (await audit(Desk(settings, shop))).report.gaps == []


async def test_a_seeded_order_reads_like_any_other(shop: Database, settings: Settings) -> None:
    await plant_orders(settings, shop, 40)
    (found,) = await rows(shop, "SELECT number FROM orders WHERE order_status = 'completed' LIMIT 1")

    async with shop.writer() as connection:
        order = await order_by_number(connection, found["number"])

    assert order.shipping_address.city == "Berlin"
    assert order.events[0].what == "order.placed"
    assert order.subtotal_cents == sum(line.line_total_cents for line in order.lines)
    assert (settings.media_root / order.documents[0].path).stat().st_size == order.documents[0].size
    assert order.paid_cents == order.total_cents
    assert order.events[-1].at - order.placed_at > timedelta(days=4)


async def test_production_gets_no_sample_orders(shop: Database, settings: Settings) -> None:
    with pytest.raises(SeedFault, match="not for production"):
        await plant_orders(replace(settings, environment="production"), shop, 1)

    assert await count(shop, "orders") == 0


async def test_an_empty_catalogue_sells_nothing(database: Database, settings: Settings) -> None:
    with pytest.raises(SeedFault, match="nothing to sell"):
        await plant_orders(settings, database, 1)


async def test_a_silent_provider_is_named_and_no_order_is_made(shop: Database, settings: Settings) -> None:
    nobody = replace(settings, payment_gateway="http://127.0.0.1:9")

    with pytest.raises(SeedFault, match="the card provider does not answer"):
        await plant_orders(nobody, shop, 50)

    assert await count(shop, "orders") == 0
