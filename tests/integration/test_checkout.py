import asyncio
from dataclasses import replace
from typing import Any

import pytest

from shared.db import Database
from shared.errors import CartChanged, CartEmpty, CartOrdered, Change, KeyReused, Shortage, SoldOut
from shared.services.checkout import Placed, place_order
from tests.factories import BERLIN, a_cart, a_request, add_variant, checkout_tools, count, place, stock_of


async def test_an_order_keeps_what_was_bought_and_takes_it_off_the_shelf(database: Database) -> None:
    coat = await add_variant(database, "COAT", stock=3, price_cents=24900)
    socks = await add_variant(database, "SOCKS", stock=9, price_cents=700, name="Socks", vat_bp=700)

    placed = await place(database, {socks: 2, coat: 1})

    order = placed.order
    assert [(line.sku, line.quantity, line.unit_price_cents) for line in order.lines] == [
        ("SOCKS", 2, 700),
        ("COAT", 1, 24900),
    ]
    assert (order.subtotal_cents, order.shipping_cents, order.total_cents) == (26300, 0, 26300)
    assert [(line.rate_bp, line.net_cents, line.vat_cents) for line in order.vat] == [
        (1900, 20924, 3976),
        (700, 1308, 92),
    ]
    assert (order.order_status, order.payment_status, order.fulfillment_status) == (
        "pending",
        "pending",
        "unfulfilled",
    )
    assert [(step.step, step.state, step.attempts) for step in order.steps] == [("payment", "queued", 0)]
    assert [event.what for event in order.events] == ["order.placed"]
    assert (await stock_of(database, "COAT"), await stock_of(database, "SOCKS")) == (2, 7)


async def test_the_order_and_its_message_are_written_together(database: Database) -> None:
    coat = await add_variant(database)

    placed = await place(database, {coat: 1})

    assert [(message.queue, message.task) for message in placed.messages] == [("orders", "orders.process")]
    assert placed.messages[0].headers["order_number"] == placed.order.number
    async with database.writer() as connection:
        rows = await connection.rows("SELECT step_id, queue, task, published_at FROM outbox")
    assert rows == [
        {
            "step_id": placed.messages[0].step_id,
            "queue": "orders",
            "task": "orders.process",
            "published_at": None,
        }
    ]


async def test_the_last_shirt_is_sold_once(database: Database) -> None:
    shirt = await add_variant(database, stock=1)

    results = await asyncio.gather(
        *(place(database, {shirt: 1}, cart_id=f"cart-{buyer}") for buyer in range(8)), return_exceptions=True
    )

    refusals = [result for result in results if isinstance(result, SoldOut)]
    assert len(refusals) == 7
    assert {refusal.lines for refusal in refusals} == {(Shortage(shirt, 1, 0),)}
    assert await stock_of(database, shirt) == 0


async def test_two_hundred_buyers_of_ten_pieces_make_ten_orders(database: Database) -> None:
    shirt = await add_variant(database, stock=10)

    results = await asyncio.gather(
        *(place(database, {shirt: 1}, cart_id=f"cart-{buyer}") for buyer in range(200)), return_exceptions=True
    )

    assert [type(result) for result in results].count(Placed) == 10
    assert [type(result) for result in results].count(SoldOut) == 190
    assert await stock_of(database, shirt) == 0
    assert await count(database, "orders") == 10


async def test_one_key_posted_twenty_times_at_once_makes_one_order(database: Database) -> None:
    shirt = await add_variant(database, stock=1)

    results = await asyncio.gather(*(place(database, {shirt: 1}) for _ in range(20)))

    assert {result.order.number for result in results} == {results[0].order.number}
    assert [result.replayed for result in results].count(False) == 1
    assert all(result.order == results[0].order for result in results)
    assert await count(database, "orders") == 1


async def test_a_replay_gives_the_answer_of_then(database: Database) -> None:
    shirt = await add_variant(database)
    first = await place(database, {shirt: 1})
    async with database.writer() as connection:
        await connection.execute("UPDATE orders SET order_status = 'processing', payment_status = 'paid'")
        await connection.execute("UPDATE steps SET state = 'done', attempt = 2")
        await connection.execute(
            "INSERT INTO shipments (order_id, carrier, tracking, capture_cents, shipped_at) "
            "VALUES (%s, 'DHL', '00340434161094000000', 0, UTC_TIMESTAMP(6))",
            (first.order.id,),
        )

    again = await place(database, {shirt: 1})

    assert again.replayed
    assert again.messages == ()
    assert again.order == first.order


async def test_a_replay_is_answered_although_the_cart_is_empty_by_now(database: Database) -> None:
    shirt = await add_variant(database)
    first = await place(database, {shirt: 1})

    again = await place(database, {})

    assert (again.replayed, again.order.number) == (True, first.order.number)


async def test_a_key_is_not_used_for_another_order(database: Database) -> None:
    shirt = await add_variant(database)
    await place(database, {shirt: 1})

    with pytest.raises(KeyReused):
        await place(database, {shirt: 1}, email="somebody.else@example.com")

    assert await count(database, "orders") == 1


async def test_two_tabs_with_two_keys_make_one_order(database: Database) -> None:
    shirt = await add_variant(database)
    first = await place(database, {shirt: 1}, key="first tab")

    with pytest.raises(CartOrdered) as refused:
        await place(database, {shirt: 1}, key="second tab")

    assert refused.value.number == first.order.number
    assert await count(database, "orders") == 1


async def test_a_failed_try_does_not_use_the_key_up(database: Database) -> None:
    shirt = await add_variant(database, stock=0)
    with pytest.raises(SoldOut):
        await place(database, {shirt: 1})
    async with database.writer() as connection:
        await connection.execute("UPDATE variants SET stock = 1")

    placed = await place(database, {shirt: 1})

    assert not placed.replayed


@pytest.mark.parametrize(
    ("shown", "change"),
    [
        ({"seen": {"WC14-NAV-M": 19900}}, Change("WC14-NAV-M", "price", 19900, 24900)),
        ({"seen": {"shipping": 490}}, Change(None, "shipping", 490, 0)),
        ({"total_cents": 1}, Change(None, "price", 1, 24900)),
    ],
)
async def test_what_was_shown_is_what_is_paid(database: Database, shown: dict[str, Any], change: Change) -> None:
    coat = await add_variant(database)

    with pytest.raises(CartChanged) as refused:
        await place(database, {coat: 1}, **shown)

    assert refused.value.changes == (change,)
    assert await count(database, "orders") == 0
    assert await stock_of(database, coat) == 10


async def test_a_cart_that_another_tab_changed_is_not_ordered(database: Database) -> None:
    coat = await add_variant(database)

    with pytest.raises(CartChanged) as refused:
        await place_order(checkout_tools(database), a_cart({coat: 1}, revision=5), "key", a_request(cart_revision=4))

    assert refused.value.changes == (Change(None, "revision", 4, 5),)


async def test_what_the_catalogue_does_not_know_is_gone(database: Database) -> None:
    coat = await add_variant(database)

    with pytest.raises(CartChanged) as refused:
        await place(database, {coat: 1, "NO-SUCH-SKU": 2})

    assert refused.value.changes == (Change("NO-SUCH-SKU", "gone", 2, 0),)


async def test_a_withdrawn_piece_is_gone(database: Database) -> None:
    coat = await add_variant(database)
    async with database.writer() as connection:
        await connection.execute("UPDATE variants SET withdrawn_at = UTC_TIMESTAMP(6)")

    with pytest.raises(CartChanged) as refused:
        await place(database, {coat: 1})

    assert refused.value.changes == (Change(coat, "gone", 1, 0),)


async def test_nothing_cannot_be_ordered(database: Database) -> None:
    with pytest.raises(CartEmpty):
        await place(database, {})


async def test_four_line_orders_from_both_ends_never_meet_a_deadlock(database: Database) -> None:
    skus = [await add_variant(database, f"SKU-{n}", stock=1000) for n in range(4)]

    results = await asyncio.gather(
        *(
            place(database, dict.fromkeys(skus if buyer % 2 else reversed(skus), 1), cart_id=f"cart-{buyer}")
            for buyer in range(32)
        )
    )

    assert len({result.order.number for result in results}) == 32
    assert [await stock_of(database, sku) for sku in skus] == [968] * 4


async def test_a_card_that_is_entered_at_the_provider_is_waited_for(database: Database) -> None:
    coat = await add_variant(database)

    placed = await place(database, {coat: 1}, payment_method="card")

    assert placed.messages == ()
    assert [(step.step, step.state) for step in placed.order.steps] == [("payment", "waiting")]


async def test_a_billing_address_of_its_own_is_kept(database: Database) -> None:
    coat = await add_variant(database)
    office = replace(BERLIN, name="Łukaszewicz GmbH", line2="3rd floor")

    placed = await place(database, {coat: 1}, billing_address=office)

    assert (placed.order.shipping_address, placed.order.billing_address) == (BERLIN, office)
