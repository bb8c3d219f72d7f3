"""The transaction of an order goes to the server as one text: what it stores, and what it tells of it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.db import Database, Reads
from shared.domain.cart import Cart
from shared.domain.countries import Address
from shared.domain.priced_cart import PricedCart
from shared.domain.shipping import ShippingMethod
from shared.errors import SoldOut
from shared.queries.orders import order_by_number
from shared.services.as_placed import as_placed
from shared.services.cart_prices import price_cart
from tests.factories import add_variant, count, place, stock_of

ANY_TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=60)
HOSTILE = st.sampled_from(("'; DELETE FROM orders; -- ", "\\", "\\'; COMMIT; ", "%s %(x)s %%", '"', "@taken", "Ü😀"))
TEXTS = st.one_of(ANY_TEXT, HOSTILE)
ADDRESSES = st.builds(Address, TEXTS, TEXTS, TEXTS, TEXTS, st.just("10969"), st.sampled_from(("DE", "CH")))
REQUESTS = st.builds(
    lambda shipping, billing, express, paying: {
        "shipping_address": shipping,
        "billing_address": billing,
        "shipping_method": ShippingMethod.EXPRESS if express else ShippingMethod.STANDARD,
        "payment_method": paying[0],
        "payment_token": paying[1],
    },
    ADDRESSES,
    st.one_of(st.none(), ADDRESSES),
    st.booleans(),
    st.sampled_from((("invoice", None), ("card", None), ("card", "tok_success"))),
)


def requests() -> list[tuple[dict[str, Any], list[int]]]:
    examples: list[tuple[dict[str, Any], list[int]]] = []

    @settings(max_examples=40, database=None, suppress_health_check=list(HealthCheck))
    @given(REQUESTS, st.lists(st.integers(1, 3), min_size=1, max_size=3))
    def collect(request: dict[str, Any], pieces: list[int]) -> None:
        examples.append((request, pieces))

    collect()
    return examples


async def test_what_an_order_is_told_to_be_is_what_is_stored(database: Database) -> None:
    skus = [await add_variant(database, f"SKU-{at}", stock=1000, name="Jana's 100 % \\ coat") for at in range(3)]

    for serial, (request, pieces) in enumerate(requests()):
        cart = dict(zip(reversed(skus), pieces, strict=False))
        placed = await place(database, cart, f"cart-{serial}", **request)

        async with database.writer() as connection:
            stored = await order_by_number(connection, placed.order.number)
        assert placed.order == as_placed(stored)
        assert stored.shipping_address == request["shipping_address"]


async def test_a_line_that_cannot_be_taken_any_more_leaves_nothing_of_its_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shelf is emptied after it was looked at."""
    first, last = await add_variant(database, "A", stock=5), await add_variant(database, "B", stock=5)

    async def look_too_early(connection: Reads, cart: Cart) -> PricedCart:
        found = await price_cart(connection, cart)
        async with database.writer() as other:
            await other.execute("UPDATE variants SET stock = 0 WHERE sku = %s", (last,))
        return found

    monkeypatch.setattr("shared.services.checkout.price_cart", look_too_early)
    with pytest.raises(SoldOut):
        await place(database, {first: 1, last: 1})

    assert [await count(database, table) for table in ("orders", "order_lines", "stock_moves", "outbox")] == [0] * 4
    assert await stock_of(database, first) == 5
