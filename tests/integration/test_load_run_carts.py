"""The carts of load runs in each store: the mark is in the id, so it is there from the first change to the purge."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from shared.db import Database
from shared.domain.load_runs import run_of_cart
from shared.dynamo import Dynamo
from shared.errors import Unavailable
from shared.queries.run_purging import delete_taken_carts
from shared.redis_client import open_redis
from shared.settings import Settings
from storefront.cart_store import Operation, SharedCarts
from storefront.carts import Carts
from storefront.dynamo_carts import DynamoCarts
from storefront.server import serve
from storefront.shop import open_shop
from tests.factories import add_variant
from tests.fakes import ListPublisher
from tests.ledgers import change, rows
from tests.load_runs import RUN, RunBrowser, opened
from tests.waiting import until
from tests.web.baskets import order, wish
from tests.web.browser import Browser
from workers.run_carts import RunCarts

T = TypeVar("T")
TTL_S = 3600
SKU, SWEPT, OTHERS = "WC14-NAV-M", "swept-run", ("xswept-run", "swept-run-2")
REAL = f"{SWEPT}_{'x' * 12}"  # a real cart whose drawn id begins like a mark


@pytest_asyncio.fixture(params=["redis", "cookie", "dynamodb"])
async def shopper(request: pytest.FixtureRequest, settings: Settings, database: Database) -> AsyncIterator[RunBrowser]:
    """A run's shopper at a storefront with one of the stores."""
    await add_variant(database, SKU)
    chosen = replace(settings, cart_store=request.param)
    async with open_shop(chosen, 0, ListPublisher()) as shop, serve(shop, 0, ["127.0.0.1"]) as port:
        yield await opened(Browser(f"http://127.0.0.1:{port}"), settings)


def cart_id(browser: Browser) -> str:
    return browser.cookies["cart"].split(".")[1]


async def test_a_cart_bears_its_run_from_the_first_change_to_the_order(shopper: RunBrowser) -> None:
    first = (await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})).json
    marked = cart_id(shopper)
    second = (await shopper.api("PUT", f"/cart/items/{SKU}", {"quantity": 2})).json
    placed = await order(shopper, wish(second))

    assert run_of_cart(marked) == RUN
    assert (first["item_count"], second["item_count"], placed.status) == (1, 2, 201)
    assert placed.json["number"].startswith("TT")
    assert cart_id(shopper) == marked


@pytest.fixture
def dynamo(settings: Settings) -> Any:
    return Dynamo(settings)


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until there is an answer: the emulator of DynamoDB is slow while others work here."""

    async def answers() -> list[T]:
        with suppress(Unavailable):
            return [await ask()]
        return []

    return (await until(answers))[0]


async def test_carts_of_a_run_are_deleted_from_redis_and_from_dynamodb_and_no_others(
    settings: Settings, dynamo: Dynamo
) -> None:
    redis = open_redis(settings.redis_url)
    stores: list[SharedCarts] = [Carts(redis, TTL_S), DynamoCarts(dynamo, settings.carts_table, TTL_S)]
    marked, *others = [f"{run}_{'x' * 22}" for run in (SWEPT, *OTHERS)]
    others.append(REAL)
    for store in stores:
        for cart_id in (marked, *others):
            await patiently(partial(store.add, cart_id, SKU, 1, 9, Operation("one")))

    run_carts = RunCarts(redis, dynamo, settings.carts_table)
    gone = await run_carts.forget_in_redis(SWEPT)
    await patiently(partial(run_carts.forget_in_dynamo, SWEPT))

    assert gone == 2  # a cart and its operations
    for store in stores:
        assert (await patiently(partial(store.read, marked))).revision == 0
        assert [(await patiently(partial(store.read, other))).quantities for other in others] == [{SKU: 1}] * 3
    assert await run_carts.forget_in_redis(SWEPT) == 0
    assert await patiently(partial(run_carts.forget_in_dynamo, SWEPT)) == 0
    await redis.delete(*await redis.keys(f"*{SWEPT}*"))
    await redis.aclose()


async def test_a_store_that_is_away_stops_the_purge(settings: Settings, dynamo: Dynamo) -> None:
    away = open_redis("redis://127.0.0.1:1/0")
    nowhere = Dynamo(replace(settings, dynamodb_endpoint_url="http://127.0.0.1:1"))

    with pytest.raises(Unavailable, match="Redis does not answer"):
        await RunCarts(away, dynamo, settings.carts_table).forget_in_redis(RUN)
    with pytest.raises(Unavailable, match="Carts in DynamoDB"):
        await RunCarts(away, nowhere, settings.carts_table).forget_in_dynamo(RUN)

    nowhere.close()
    await away.aclose()


async def test_what_was_taken_out_of_real_carts_stays_whatever_their_ids_begin_with(database: Database) -> None:
    taken = [f"{SWEPT}_{'x' * 22}", f"{SWEPT}-2_{'x' * 22}", REAL]
    for cart_id in taken:
        await change(
            database,
            "INSERT INTO taken_carts (cart_id, cart_revision, pieces, added, cuts, taken_at) "
            "VALUES (%s, 1, '{}', '{}', '[]', UTC_TIMESTAMP(6))",
            (cart_id,),
        )

    async with database.writer() as connection:
        gone = await delete_taken_carts(connection, SWEPT, 10)

    assert gone == 1
    left = await rows(database, "SELECT cart_id FROM taken_carts ORDER BY id")
    assert [row["cart_id"] for row in left] == taken[1:]
