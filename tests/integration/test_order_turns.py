"""Turns of an order's life that once lost money, mails or steps: another way to pay, a late buyer, a retry."""

from dataclasses import replace

import pytest

from shared.errors import Invalid
from shared.gateway import Charge, InvoiceGateway, Outcome, PaymentRefused
from shared.messages import DOCUMENTS, MAKE_INVOICE, Message
from shared.queries.dead_steps import begin_anew, dead_steps
from shared.services.cancellation import cancel, refund
from shared.services.incoming import record_payment
from shared.services.order_commands import Command
from shared.services.payments import PayTools, pay_by_card, pay_by_invoice
from tests.factories import add_variant
from tests.orders_at_work import Bench, shopper, staff
from tests.racing import (
    BACK,
    SKU,
    TOKEN,
    after_call,
    announce_open,
    callback,
    card_order,
    let_time_pass,
    pays_on_page,
    send,
    step,
)
from workers.expiry import expire_orders
from workers.ledger import carry_out
from workers.steps import WORK


async def test_goodwill_between_two_parcels_is_given_once(at_shipment: Bench) -> None:
    number = await at_shipment.placed(pieces=2, **TOKEN)
    await send(at_shipment, number, 1)
    await at_shipment.work(await refund(at_shipment.database, number, staff(), 1000, "A stain"))

    await send(at_shipment, number, 1)

    order = await at_shipment.look(number)
    assert (order.due_cents, order.paid_cents - order.refunded_cents) == (19000, 19000)


async def test_an_order_that_went_on_by_invoice_is_not_a_card_order(bench: Bench) -> None:
    number = await card_order(bench, payment_method="invoice")
    paying = PayTools(database=bench.database, cards=bench.cards)

    class Slow(InvoiceGateway):
        async def authorize(self, charge: Charge, token: str) -> Outcome:
            await pay_by_card(paying, number, BACK)
            return await super().authorize(charge, token)

    bench.tools = replace(bench.tools, gateways={"invoice": Slow(), "card": bench.cards})
    await bench.work()

    order = await bench.look(number)
    assert (order.order_status, order.payment_method) == ("processing", "invoice")
    await record_payment(bench.database, number, staff(), 20000, "")


async def test_an_order_whose_buyer_chose_invoice_in_time_does_not_expire(bench: Bench) -> None:
    number = await card_order(bench, payment_method="card")
    paying = PayTools(database=bench.database, cards=bench.cards)
    await pay_by_card(paying, number, BACK)
    await pay_by_invoice(paying, number, BACK)  # its message is still in the queue
    await let_time_pass(bench, "2 HOUR")

    expired = await expire_orders(bench.tools)

    assert (expired, (await bench.look(number)).order_status) == (0, "pending")


async def test_an_invoice_order_that_was_changed_to_card_and_left_unpaid_expires(bench: Bench) -> None:
    number = await card_order(bench, payment_method="invoice")
    await pay_by_card(PayTools(database=bench.database, cards=bench.cards), number, BACK)
    await bench.work()
    await let_time_pass(bench, "30 DAY")

    assert await expire_orders(bench.tools) == 1


async def test_every_transfer_that_a_person_must_make_is_told_of(bench: Bench) -> None:
    number = await bench.placed()
    await record_payment(bench.database, number, staff(), 20000, "")
    await bench.work(await refund(bench.database, number, staff(), 1000, "Sorry"))
    await bench.work(await refund(bench.database, number, staff(), 500, "Sorry again"))

    attention = (await bench.look(number)).attention or ""
    assert "10.00" in attention or "15.00" in attention, attention


async def test_a_transfer_to_make_is_told_of_though_the_order_is_still_overpaid(bench: Bench) -> None:
    number = await bench.placed()
    await record_payment(bench.database, number, staff(), 20500, "")
    await bench.work(await refund(bench.database, number, staff(), 300, "A part of it"))

    order = await bench.look(number)
    assert order.refunded_cents == 300
    assert "Transfer" in (order.attention or ""), order.attention


async def test_a_step_that_dies_after_it_was_opened_again_is_among_the_dead(bench: Bench) -> None:
    number = await card_order(bench, payment_method="card")
    await bench.work(await cancel(bench.database, number, shopper(), None, "Changed my mind"))
    assert (await step(bench, "void"))["state"] == "done"

    async def never(key: str, ref: str) -> Outcome:
        raise PaymentRefused("no")

    bench.cards.void = never  # type: ignore[method-assign,assignment]
    pays_on_page(bench, number)
    await callback(bench, number, "session")
    await bench.work()

    assert (await step(bench, "void"))["state"] == "dead"
    async with bench.database.writer() as connection:
        assert [each.name for each in await dead_steps(connection)] == ["void/1"]


async def test_a_buyer_who_pays_after_the_payment_step_died_does_not_lose_the_payment(bench: Bench) -> None:
    number = await card_order(bench, payment_method="card")
    await pay_by_card(PayTools(database=bench.database, cards=bench.cards), number, BACK)
    async with bench.database.writer() as connection:
        await connection.execute("UPDATE steps SET state = 'dead' WHERE step = 'payment'")
    pays_on_page(bench, number)

    await callback(bench, number, "session")
    await bench.work()

    assert f"{number}:1:void" not in bench.cards.calls


async def test_a_canceled_order_is_not_asked_to_be_paid_again(bench: Bench) -> None:
    number = await card_order(bench, payment_method="card", payment_token="tok_decline")

    async def canceled() -> None:
        bench.publisher.announce_soon(await cancel(bench.database, number, shopper(), None, "Changed my mind"))

    await after_call(bench, "authorize", canceled)
    await bench.work()

    assert bench.told() == ["canceled"]


@pytest.mark.parametrize("table", ["shipments", "refunds"])
async def test_the_mails_of_the_seventy_thousandth_parcel_go_out(bench: Bench, table: str) -> None:
    number = await bench.placed()
    async with bench.database.writer() as connection:
        await connection.execute(f"ALTER TABLE {table} AUTO_INCREMENT = 70000")
    try:
        if table == "shipments":
            await send(bench, number, 2)
        else:
            await bench.work(await cancel(bench.database, number, staff(), {SKU: 1}, "Sold out"))
        faults = [(each.step, each.error) for each in (await bench.look(number)).steps if each.state != "done"]
    finally:
        async with bench.database.writer() as connection:
            for child in ("shipment_lines", "shipments", "refunds"):
                await connection.execute(f"DELETE FROM {child}")  # noqa: S608
            await connection.execute(f"ALTER TABLE {table} AUTO_INCREMENT = 1")

    assert faults == []


async def test_an_invoice_that_was_made_by_a_person_s_retry_gets_its_credit_note(bench: Bench) -> None:
    await add_variant(bench.database, sku=SKU, price_cents=10000)
    number = await bench.order({SKU: 2})
    first = bench.publisher.sent.pop(0)
    await carry_out(bench.tools, WORK[first.task], first.step_id)
    bench.publisher.sent.clear()
    async with bench.database.writer() as connection:
        await connection.execute("UPDATE steps SET state = 'dead' WHERE step = 'invoice'")
    await bench.work(await cancel(bench.database, number, staff(), {SKU: 1}, "Sold out"))

    invoice = await step(bench, "invoice")
    async with bench.database.writer() as connection:
        await begin_anew(connection, invoice["id"])
    await bench.work((Message(DOCUMENTS, MAKE_INVOICE, invoice["id"]),))
    await announce_open(bench)

    order = await bench.look(number)
    assert order.due_cents == 10000
    assert [each.kind for each in order.documents] == ["invoice", "credit_note"]


async def test_a_transfer_larger_than_any_is_refused_with_a_reason(bench: Bench) -> None:
    number = await bench.placed()

    with pytest.raises(Invalid):
        await record_payment(bench.database, number, staff(), 5_000_000_000, "")


async def test_a_staff_member_with_a_long_address_can_work(bench: Bench) -> None:
    number = await bench.placed()
    who = "a" * 60 + "@" + "b" * 60 + ".example"

    await cancel(bench.database, number, Command("key", who), None, "Sold out")

    assert (await bench.look(number)).order_status == "canceled"
