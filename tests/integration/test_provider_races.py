"""The provider's answers and callbacks, in every order: nothing is charged, kept or given back twice."""

import asyncio

from shared.domain import fulfilling
from shared.domain.book import Book, BookLine, Parcel, Till
from shared.gateway import Charge, Outcome
from shared.services.cancellation import cancel
from tests.orders_at_work import Bench, shopper
from tests.racing import (
    SKU,
    TOKEN,
    after_call,
    announce_open,
    callback,
    card_order,
    pays_on_page,
    step,
    strict,
)
from workers.ledger import carry_out
from workers.steps import WORK


async def test_a_callback_before_our_own_answer_does_not_void_the_payment(at_shipment: Bench) -> None:
    number = await card_order(at_shipment)
    await after_call(at_shipment, "authorize", lambda: callback(at_shipment, number))

    await at_shipment.work()

    order = await at_shipment.look(number)
    assert f"{number}:1:void" not in at_shipment.cards.calls
    assert (order.order_status, order.payment_status) == ("processing", "authorized")


async def test_a_callback_of_the_capture_before_our_own_answer_does_not_pay_the_order_back(bench: Bench) -> None:
    number = await card_order(bench)

    async def told_and_looked_at() -> None:
        messages, bench.publisher.sent[:] = list(bench.publisher.sent), []
        await callback(bench, number, "capture", "capture.succeeded")
        await bench.work()
        bench.publisher.announce_soon(messages)

    await after_call(bench, "capture", told_and_looked_at)
    await bench.work()

    order = await bench.look(number)
    assert [(each.credit.kind, each.credit.payout_cents) for each in order.credits] == []
    assert (order.order_status, order.payment_status, order.refunded_cents) == ("processing", "paid", 0)


async def test_a_void_whose_answer_was_lost_is_in_the_books(at_shipment: Bench) -> None:
    number = await at_shipment.placed(**TOKEN)
    messages = await cancel(at_shipment.database, number, shopper(), None, "Changed my mind")
    at_shipment.cards.unsure = 1
    await at_shipment.work(messages)

    await announce_open(at_shipment)

    order = await at_shipment.look(number)
    assert (await step(at_shipment, "void"))["state"] == "done"
    assert (order.payment_status, order.payments[0].voided_at is not None) == ("voided", True)


async def test_a_late_charge_whose_void_got_no_answer_is_told_of(bench: Bench) -> None:
    number = await card_order(bench, payment_method="card")
    await bench.work(await cancel(bench.database, number, shopper(), None, "Changed my mind"))
    pays_on_page(bench, number)
    bench.cards.unsure = 1

    await callback(bench, number, "session")
    await bench.work()
    await announce_open(bench)

    assert f"{number}:1:void" in bench.cards.calls
    assert bench.told() == ["canceled", "late_payment"]


async def test_money_that_is_held_just_after_a_void_looked_is_let_go(at_shipment: Bench) -> None:
    bench = at_shipment
    number = await card_order(bench)
    looked, paid = asyncio.Event(), asyncio.Event()
    look_up = bench.cards.look_up
    authorize = bench.cards.authorize
    running: list[asyncio.Task[None]] = []

    async def slow_look_up(key: str) -> Outcome | None:
        found = await look_up(key)
        if not looked.is_set():
            looked.set()
            await paid.wait()
        return found

    async def canceled_meanwhile(charge: Charge, token: str) -> Outcome:
        messages = await cancel(bench.database, number, shopper(), None, "Changed my mind")
        running.extend(
            asyncio.create_task(carry_out(bench.tools, WORK[message.task], message.step_id))
            for message in messages
            if message.task == "orders.void"
        )
        await looked.wait()
        return await authorize(charge, token)

    bench.cards.look_up, bench.cards.authorize = slow_look_up, canceled_meanwhile  # type: ignore[method-assign]
    await bench.work()
    paid.set()
    await asyncio.gather(*running)
    await announce_open(bench)

    assert f"{number}:1:void" in bench.cards.calls


async def test_a_void_that_comes_just_after_the_capture_kills_no_step_and_the_money_goes_back(bench: Bench) -> None:
    number = await card_order(bench)
    strict(bench)
    capture = bench.cards.capture
    void = bench.cards.void
    asked, captured = asyncio.Event(), asyncio.Event()
    running: list[asyncio.Task[None]] = []

    async def late_void(key: str, ref: str) -> Outcome:
        asked.set()
        await captured.wait()
        return await void(key, ref)

    async def capture_while_canceled(key: str, ref: str, cents: int) -> Outcome:
        messages = await cancel(bench.database, number, shopper(), None, "Changed my mind")
        running.extend(
            asyncio.create_task(carry_out(bench.tools, WORK[message.task], message.step_id))
            for message in messages
            if message.task == "orders.void"
        )
        await asked.wait()
        outcome = await capture(key, ref, cents)
        captured.set()
        await asyncio.gather(*running)
        return outcome

    bench.cards.void, bench.cards.capture = late_void, capture_while_canceled  # type: ignore[method-assign,assignment]
    await bench.work()
    await announce_open(bench)

    order = await bench.look(number)
    assert order.refunded_cents == order.paid_cents == 20000
    assert [(each.step, each.error) for each in order.steps if each.state == "dead"] == []


async def test_a_capture_that_comes_just_after_the_void_kills_no_step(bench: Bench) -> None:
    number = await card_order(bench)
    strict(bench)

    async def canceled_and_voided() -> None:
        messages = await cancel(bench.database, number, shopper(), None, "Changed my mind")
        for message in messages:
            if message.task == "orders.void":
                await carry_out(bench.tools, WORK[message.task], message.step_id)

    await after_call(bench, "authorize", canceled_and_voided)
    await bench.work()
    await announce_open(bench)

    order = await bench.look(number)
    assert (order.order_status, order.payment_status) == ("canceled", "voided")
    assert [(each.step, each.error) for each in order.steps if each.state == "dead"] == []


def test_what_was_only_authorised_is_captured_though_the_setting_was_changed_meanwhile() -> None:
    line = BookLine(sku=SKU, unit_price_cents=10000, vat_bp=1900, ordered=1, packed=1)
    till = Till(method="card", authorized_cents=10000)
    book = Book(lines=(line,), shipping_cents=0, vat=(), till=till, settled=True)

    after = fulfilling.ship(book, Parcel(pieces={SKU: 1}), capture_at_shipment=False)

    assert after.parcels[0].capture_cents == 10000


def test_what_was_captured_is_not_captured_again_though_the_setting_was_changed_meanwhile() -> None:
    line = BookLine(sku=SKU, unit_price_cents=10000, vat_bp=1900, ordered=1, packed=1)
    till = Till(method="card", captured_cents=10000)
    book = Book(lines=(line,), shipping_cents=0, vat=(), till=till, settled=True)

    after = fulfilling.ship(book, Parcel(pieces={SKU: 1}), capture_at_shipment=True)

    assert after.parcels[0].capture_cents == 0
