"""The auditor holds load runs to rules of their own, and keeps them out of those of the real books."""

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.domain.load_runs import RunToken, marked_cart_id
from shared.queries.bank import payable_orders
from shared.services.load_runs import open_run
from shared.settings import Settings
from storefront.cart_store import new_cart_id
from tests.damaged_books import Books, seeded_books
from tests.factories import place
from tests.ledgers import change
from tests.load_runs import RUN
from tests.orders_at_work import Bench, open_bench

SKU = "MJ08-FOR-M"


@pytest_asyncio.fixture
async def books(settings: Settings, database: Database, backing: BackingServices) -> Books:
    """Right books, and in them an order of a load run that was worked on to the end."""
    return await seeded_books(settings, database, backing)


@pytest_asyncio.fixture
async def number(books: Books, settings: Settings) -> str:
    await open_run(books.database, RunToken(RUN, 2_000_000_000), {})
    bench: Bench = open_bench(settings, books.database, settings.media_root)
    placed = await place(books.database, {SKU: 2}, marked_cart_id(RUN, new_cart_id()))
    await bench.work(placed.messages)
    await change(
        books.database,
        "UPDATE documents SET server_reply = 'seeded' WHERE message_id LIKE %s",
        (f"%{placed.order.number}%",),
    )
    return placed.order.number


async def test_a_run_leaves_the_books_right(books: Books, number: str) -> None:
    assert number.startswith("TT")
    assert await books.told() == set()


@pytest.mark.parametrize(
    ("damage", "kinds"),
    [
        ("UPDATE number_ranges SET last = 0 WHERE kind = 'test_run'", {"run_number_unknown"}),
        ("UPDATE test_run_stock SET sold = sold + 1 WHERE sku = 'MJ08-FOR-M'", {"run_pool_differs"}),
        ("UPDATE stock_moves SET test_run = NULL WHERE test_run IS NOT NULL", {"run_pool_differs", "stock_differs"}),
        ("UPDATE orders SET test_run = NULL WHERE test_run IS NOT NULL", {"run_number_misplaced"}),
        (
            "UPDATE documents SET number = 'I999999' WHERE number = 'T000001'",
            {"run_number_misplaced", "number_unknown"},
        ),
    ],
)
async def test_what_breaks_the_rules_of_runs_is_named(books: Books, number: str, damage: str, kinds: set[str]) -> None:
    await change(books.database, damage)

    told = await books.told()

    assert {kind for kind, _ in told} == kinds
    assert {order for _, order in told} <= {None, number}


async def test_what_a_purged_run_left_at_other_companies_is_no_gap(books: Books) -> None:
    await books.charge("TTZZ-ZZZZ", 4200)
    await books.mail("<receipt.TTZZ-ZZZZ.1@example.com>")

    assert await books.told() == set()


async def test_no_bank_pays_for_a_run(books: Books, number: str) -> None:
    async with books.database.writer() as connection:
        found = await payable_orders(connection, [number, books.orders[0]])

    assert list(found) == [books.orders[0]]
