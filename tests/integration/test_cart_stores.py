"""One contract for all three stores of carts; what differs is shown at the end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from shared.domain.cart import EMPTY, ORDER_STEP, Cart, CartOrder
from shared.dynamo import Dynamo
from shared.errors import CartFull, FieldError, Invalid, OperationReused, Shortage, SoldOut
from shared.redis_client import open_redis
from shared.settings import Settings
from storefront.cart_store import CartStore, Operation, new_cart_id
from storefront.carts import Carts
from storefront.copied_carts import CopiedCarts
from storefront.dynamo_carts import DynamoCarts
from storefront.kept_carts import KeptCarts
from tests.cart_shopper import Database, Shopper

COAT, SOCKS, HAT = "WS31-OCH-42-44", "SOCKS-39", "HAT-57"
NO_ID = Operation()
TTL_S = 3600


@pytest.fixture
def orders() -> Database:
    return Database()


@pytest_asyncio.fixture(params=["redis", "cookie", "dynamodb"])
async def carts(request: pytest.FixtureRequest, settings: Settings, orders: Database) -> AsyncIterator[CartStore]:
    redis = open_redis(settings.redis_url)
    made: dict[str, Any] = {
        "redis": lambda: KeptCarts(Carts(redis, TTL_S), orders),
        "cookie": lambda: CopiedCarts(orders),
        "dynamodb": lambda: KeptCarts(DynamoCarts(Dynamo(settings), settings.carts_table, TTL_S), orders),
    }
    store: CartStore = made[request.param]()
    yield store
    store.close()
    await redis.aclose()


async def a_cart(carts: CartStore, quantities: dict[str, int]) -> Cart:
    cart = EMPTY
    for sku, quantity in quantities.items():
        cart = await carts.add(cart, sku, quantity, 99, NO_ID)
    return cart


async def test_nobody_has_a_cart_until_something_is_added(carts: CartStore) -> None:
    assert await carts.read(EMPTY) == EMPTY
    assert await carts.clear(EMPTY, Operation("op")) == EMPTY
    assert await carts.remove(EMPTY, COAT, Operation("op")) == EMPTY


async def test_the_first_piece_makes_the_cart(carts: CartStore) -> None:
    made = await carts.add(EMPTY, COAT, 2, 99, NO_ID)

    assert made.id is not None
    assert len(made.id) == 22
    assert made == Cart(made.id, 1, {COAT: 2})
    assert await carts.read(made) == made


async def test_lines_are_added_to_set_taken_out_and_cleared(carts: CartStore) -> None:
    known = await a_cart(carts, {COAT: 2, SOCKS: 1})

    added = await carts.add(known, COAT, 3, 99, NO_ID)
    put = await carts.put(added, SOCKS, 7, 99, NO_ID)
    removed = await carts.remove(put, COAT, NO_ID)
    cleared = await carts.clear(removed, NO_ID)

    assert added == Cart(known.id, 3, {COAT: 5, SOCKS: 1})
    assert put == Cart(known.id, 4, {COAT: 5, SOCKS: 7})
    assert removed == Cart(known.id, 5, {SOCKS: 7})
    assert cleared == await carts.read(cleared) == Cart(known.id, 6, {})


async def test_what_changes_nothing_keeps_the_revision(carts: CartStore) -> None:
    known = await a_cart(carts, {COAT: 5})

    assert await carts.put(known, COAT, 5, 99, Operation("op-1")) == known
    assert await carts.remove(known, SOCKS, Operation("op-2")) == known


async def test_a_hundred_lines_keep_their_order_and_fit_into_the_cookie(carts: CartStore, orders: Database) -> None:
    skus = [f"{n * 37 % 100:0>24}" for n in range(100)]
    shopper = Shopper(carts, orders)
    for sku in skus:
        await shopper.change("put", sku, 99)
    full = shopper.known

    with pytest.raises(CartFull):
        await carts.add(full, COAT, 1, 99, NO_ID)

    assert list((await carts.read(full)).quantities) == skus
    assert len(shopper.cookie) < 3000


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**20])
async def test_a_quantity_out_of_bounds_names_its_field(carts: CartStore, quantity: int) -> None:
    known = await a_cart(carts, {COAT: 1})

    for change in (carts.add, carts.put):
        with pytest.raises(Invalid) as refusal:
            await change(known, COAT, quantity, 99, NO_ID)
        assert refusal.value.errors == (FieldError("quantity", "Choose a quantity from 1 to 99."),)
    assert await carts.read(known) == known


async def test_more_than_99_of_a_kind_or_more_than_is_left_is_refused_and_nothing_added(carts: CartStore) -> None:
    known = await a_cart(carts, {COAT: 98})

    with pytest.raises(Invalid):
        await carts.add(known, COAT, 2, 99, NO_ID)
    with pytest.raises(SoldOut) as refused:
        await carts.add(known, SOCKS, 4, 3, Operation("op"))

    assert refused.value.lines == (Shortage(SOCKS, wanted=4, left=3),)
    assert await carts.read(known) == known
    assert (await carts.add(known, SOCKS, 4, 99, Operation("op"))).quantities == {COAT: 98, SOCKS: 4}


async def test_an_operation_whose_answer_was_lost_is_done_once(carts: CartStore) -> None:
    known = await a_cart(carts, {COAT: 1})

    first = await carts.add(known, COAT, 1, 99, Operation("op", "sha"))
    again = await carts.add(known, COAT, 1, 99, Operation("op", "sha"))

    assert first == again == Cart(known.id, 2, {COAT: 2})


async def test_an_order_is_taken_out_once_and_what_came_later_stays(carts: CartStore, orders: Database) -> None:
    ordered = await a_cart(carts, {COAT: 2, SOCKS: 3})
    later = await carts.add(ordered, COAT, 1, 99, NO_ID)
    order = CartOrder("K7QM-4X2D", ordered.revision, ordered.quantities)
    orders.orders.append(order)

    left = await carts.subtract(later, order)

    assert left == Cart(ordered.id, 3 + ORDER_STEP, {COAT: 1}, ordered_revision=2)
    assert (await carts.subtract(left, order)).quantities == {COAT: 1}
    assert (await carts.read(left)).quantities == {COAT: 1}


async def test_an_old_copy_does_not_bring_back_what_was_ordered(carts: CartStore, orders: Database) -> None:
    old = await a_cart(carts, {COAT: 2})
    ordered = await carts.add(old, SOCKS, 1, 99, NO_ID)
    order = CartOrder("K7QM-4X2D", ordered.revision, ordered.quantities)
    orders.orders.append(order)
    await carts.subtract(ordered, order)

    assert (await carts.read(old)).quantities == {}
    assert (await carts.add(old, HAT, 1, 99, NO_ID)).quantities == {HAT: 1}


async def test_somebody_elses_cart_is_not_touched(carts: CartStore) -> None:
    mine, other = await a_cart(carts, {COAT: 1}), await a_cart(carts, {SOCKS: 1})

    await carts.clear(other, NO_ID)

    assert await carts.read(mine) == mine


# What differs.


def _remembers(carts: CartStore) -> bool:
    return isinstance(carts, KeptCarts)


async def test_parallel_adds_are_all_kept_but_for_the_cookie_which_keeps_one(carts: CartStore) -> None:
    known = await a_cart(carts, {SOCKS: 1})

    answers = await asyncio.gather(*(carts.add(known, COAT, 1, 99, Operation(f"op-{n}")) for n in range(20)))

    last = max(answers, key=lambda cart: cart.revision)
    expected = Cart(known.id, 21, {SOCKS: 1, COAT: 20}) if _remembers(carts) else Cart(known.id, 2, {SOCKS: 1, COAT: 1})
    assert await carts.read(last) == expected


async def test_an_operation_sent_again_after_its_answer_is_known_but_for_the_cookie(carts: CartStore) -> None:
    known = await a_cart(carts, {COAT: 1})
    answered = await carts.add(known, COAT, 1, 99, Operation("op"))

    again = await carts.add(answered, COAT, 1, 99, Operation("op"))

    assert again.quantities == {COAT: 2 if _remembers(carts) else 3}


async def test_an_operations_id_used_for_something_else_is_refused_but_for_the_cookie(carts: CartStore) -> None:
    known = await carts.add(EMPTY, COAT, 1, 99, NO_ID)
    known = await carts.add(known, COAT, 1, 99, Operation("op"))
    if not _remembers(carts):
        return

    with pytest.raises(OperationReused):
        await carts.add(known, COAT, 2, 99, Operation("op"))


async def test_two_instances_that_meet_at_one_cart_in_dynamodb_keep_both(settings: Settings) -> None:
    stores = [DynamoCarts(Dynamo(settings), settings.carts_table, TTL_S) for _ in range(3)]
    cart_id = new_cart_id()

    await asyncio.gather(*(stores[n % 3].add(cart_id, COAT, 1, 99, Operation(f"op-{n}")) for n in range(30)))

    assert await stores[0].read(cart_id) == Cart(cart_id, 30, {COAT: 30})
    for store in stores:
        store.close()


async def test_an_expired_item_in_dynamodb_is_as_good_as_gone(settings: Settings) -> None:
    store = DynamoCarts(Dynamo(settings), settings.carts_table, 0)
    made = await store.add(None, COAT, 1, 99, NO_ID)

    assert await store.read(made.id) == Cart(made.id, 0, {})
    assert await store.add(made.id, SOCKS, 1, 99, NO_ID) == Cart(made.id, 1, {SOCKS: 1})
    store.close()


async def test_a_dynamodb_that_is_away_leaves_the_cart_in_the_copy(settings: Settings) -> None:
    away = DynamoCarts(Dynamo(replace(settings, dynamodb_endpoint_url="http://127.0.0.1:9")), "carts", TTL_S)
    carts = KeptCarts(away, Database())

    made = await carts.add(EMPTY, COAT, 1, 99, NO_ID)

    assert (await carts.read(made)).quantities == {COAT: 1}
    carts.close()
