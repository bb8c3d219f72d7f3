"""Carts ask the database together, and each hears of itself alone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared.db import Database
from shared.domain.cart import CartOrder
from shared.errors import Unavailable
from shared.queries.account_carts import NewJoin, take_cart
from shared.queries.run_stock import fill_pool
from shared.queries.users import add_user, user_by_email
from shared.shared_trips import UNDER_WAY
from storefront import cart_questions
from storefront.cart_questions import TOGETHER, CartQuestions
from tests.factories import add_variant, place, stock_of
from tests.waiting import PATIENCE_S, free_port

COAT, SOCKS = "WS31-OCH-42-44", "SOCKS-39"


@pytest.fixture
def asked(database: Database) -> Iterator[CartQuestions]:
    questions = CartQuestions(database, database.reader)
    yield questions
    questions.close()


async def test_each_cart_hears_of_its_own_orders_and_of_those_after_its_revision(
    database: Database, asked: CartQuestions
) -> None:
    await add_variant(database, COAT)
    await add_variant(database, SOCKS)
    first = (await place(database, {COAT: 1, SOCKS: 2}, "one", "a", cart_revision=3)).order.number
    second = (await place(database, {COAT: 2}, "one", "b", cart_revision=1_000_004)).order.number
    other = (await place(database, {SOCKS: 1}, "other", "c", cart_revision=5)).order.number

    found = await asyncio.gather(
        asked.orders("one", 0), asked.orders("one", 3), asked.orders("nobody", 0), asked.orders("other", 4),
        asked.orders("other", 5),
    )  # fmt: skip

    assert [list(orders) for orders in found] == [
        [CartOrder(first, 3, {COAT: 1, SOCKS: 2}), CartOrder(second, 1_000_004, {COAT: 2})],
        [CartOrder(second, 1_000_004, {COAT: 2})],
        [],
        [CartOrder(other, 5, {SOCKS: 1})],
        [],
    ]


async def test_a_cart_that_was_joined_to_an_account_hears_of_that(database: Database, asked: CartQuestions) -> None:
    async with database.writer() as connection:
        await add_user(connection, "ada@example.com", "ada@example.com", "hash")
        user = await user_by_email(connection, "ada@example.com")
        assert user is not None
        await take_cart(connection, NewJoin("guest", 2, {COAT: 1}, user.id, {COAT: 1}, []))

    joined, other = await asyncio.gather(asked.orders("guest", 1), asked.orders("other", 1))

    assert [(order.cart_revision, order.quantities) for order in joined] == [(2, {COAT: 1})]
    assert other == ()


async def test_carts_without_an_order_are_one_statement(asked: CartQuestions, statements: list[str]) -> None:
    found = await asyncio.gather(*(asked.orders(f"cart-{number}", 0) for number in range(TOGETHER)))

    assert found == [()] * TOGETHER
    assert len(statements) == 1


async def test_shoppers_ask_for_their_pieces_in_one_statement(
    database: Database, asked: CartQuestions, statements: list[str]
) -> None:
    await add_variant(database, COAT, price_cents=24900)
    await add_variant(database, SOCKS, price_cents=900)
    statements.clear()

    first, second = await asyncio.gather(asked.variants(None, [COAT, "GONE"]), asked.variants(None, [SOCKS]))

    assert (first[COAT].price_cents, second[SOCKS].price_cents) == (24900, 900)
    assert "GONE" not in first
    assert len(statements) == 1


async def test_a_crowd_asks_in_parts_and_each_hears_of_itself(database: Database, asked: CartQuestions) -> None:
    await add_variant(database, COAT)
    placed = {
        n: (await place(database, {COAT: 1}, f"cart-{n}", "key")).order.number for n in (0, TOGETHER, 3 * TOGETHER)
    }

    found = await asyncio.gather(*(asked.orders(f"cart-{n}", 0) for n in range(3 * TOGETHER + 1)))

    assert {n: orders[0].number for n, orders in enumerate(found) if orders} == placed


async def test_shoppers_of_a_load_run_find_its_pool_and_real_ones_the_shelf(
    database: Database, asked: CartQuestions
) -> None:
    await add_variant(database, COAT, stock=7)
    async with database.writer() as connection:
        await fill_pool(connection, "r1", 500)

    found = await asyncio.gather(
        asked.variants(None, [COAT]), asked.variants("r1", [COAT]), asked.variants("r2", [COAT])
    )

    assert [variants[COAT].stock for variants in found] == [7, 500, 0]


async def test_whoever_asks_after_a_sale_hears_of_it(database: Database, asked: CartQuestions) -> None:
    await add_variant(database, COAT, stock=7)

    for left in (6, 5, 4):
        await place(database, {COAT: 1}, f"cart-{left}", "key")
        variants, orders = await asyncio.gather(asked.variants(None, [COAT]), asked.orders(f"cart-{left}", 0))
        assert variants[COAT].stock == left == await stock_of(database, COAT)
        assert [order.quantities for order in orders] == [{COAT: 1}]


async def test_a_database_that_is_away_is_told_to_everybody() -> None:
    database = Database(f"mysql://nobody@127.0.0.1:{free_port()}/nothing")
    asked = CartQuestions(database, database.reader)

    told = await asyncio.gather(
        asked.orders("one", 0), asked.orders("two", 0), asked.variants(None, [COAT]), return_exceptions=True
    )

    assert [isinstance(error, Unavailable) for error in told] == [True] * 3
    asked.close()
    await database.close()


async def test_who_waits_behind_statements_that_hang_is_told_when_they_are(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def hangs() -> AsyncIterator[Any]:
        yield await asyncio.Event().wait()

    monkeypatch.setattr(cart_questions, "LIMIT_S", 0.1)
    monkeypatch.setattr(database, "writer", hangs)
    asked = CartQuestions(database, hangs)
    numbers = range(TOGETHER * (UNDER_WAY + 2))
    crowd = [*(asked.variants(None, [COAT]) for _ in numbers), *(asked.orders(f"cart-{n}", 0) for n in numbers)]

    async with asyncio.timeout(PATIENCE_S):
        told = await asyncio.gather(*crowd, return_exceptions=True)

    assert [type(error) for error in told] == [Unavailable] * len(crowd)
    asked.close()
