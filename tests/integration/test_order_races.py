"""Interleavings that once lost money, mails or steps: two refunds, a late answer, a changed setting, two sweeps."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.db import Database
from shared.domain import fulfilling
from shared.domain.book import Book, BookLine, Parcel, Till
from shared.errors import Conflict, Invalid, Unavailable
from shared.gateway import Charge, InvoiceGateway, Outcome, PaymentRefused
from shared.messages import DOCUMENTS, MAKE_INVOICE, Message
from shared.queries.dead_steps import begin_anew, dead_steps
from shared.queries.payments import PaymentEvent
from shared.queries.steps import take_due
from shared.services.cancellation import cancel, refund
from shared.services.fulfillment import ShipmentRequest, pack, ship
from shared.services.incoming import record_payment
from shared.services.order_commands import Command
from shared.services.payments import PayTools, note_callback, pay_by_card, pay_by_invoice
from shared.settings import Settings
from tests.factories import add_variant
from tests.orders_at_work import Bench, open_bench, shopper, staff
from workers.closing import close_day
from workers.expiry import expire_orders
from workers.ledger import carry_out
from workers.steps import WORK

SKU = "WC14-NAV-M"
BACK = "http://localhost/orders"
TOKEN: dict[str, Any] = {"payment_method": "card", "payment_token": "tok_success"}


@pytest.fixture
def bench(settings: Settings, database: Database, tmp_path: Path) -> Bench:
    return open_bench(settings, database, tmp_path)


@pytest.fixture
def at_shipment(bench: Bench) -> Bench:
    bench.tools = replace(bench.tools, settings=replace(bench.tools.settings, payment_capture="shipment"))
    return bench


def strict(bench: Bench) -> None:
    """The provider refuses what the real one refuses."""
    cards, void, capture, give = bench.cards, bench.cards.void, bench.cards.capture, bench.cards.refund

    async def strict_void(key: str, ref: str) -> Outcome:
        if key not in cards.operations and cards._now(ref).captured_cents:
            raise PaymentRefused("Money was captured; it can only be refunded.")
        return await void(key, ref)

    async def strict_capture(key: str, ref: str, cents: int) -> Outcome:
        now = cards._now(ref)
        if key not in cards.operations and (
            now.status != "authorized" or now.captured_cents + cents > now.amount_cents
        ):
            raise PaymentRefused("only an authorized one is captured")
        return await capture(key, ref, cents)

    async def strict_refund(key: str, ref: str, cents: int) -> Outcome:
        now = cards._now(ref)
        if key not in cards.operations and now.captured_cents - now.refunded_cents < cents:
            raise PaymentRefused("less was captured")
        return await give(key, ref, cents)

    cards.void, cards.capture, cards.refund = strict_void, strict_capture, strict_refund  # type: ignore[method-assign,assignment]


async def after_call(bench: Bench, name: str, then: Callable[[], Awaitable[None]], key_part: str = "") -> None:
    """Let something happen right after the provider's first such call, before we have its answer."""
    call, is_first = getattr(bench.cards, name), [True]

    async def wrapped(first: Any, *rest: Any) -> Any:
        outcome = await call(first, *rest)
        key = first.key if isinstance(first, Charge) else first
        if is_first[0] and key_part in key:
            is_first[0] = False
            await then()
        return outcome

    setattr(bench.cards, name, wrapped)


async def card_order(bench: Bench, pieces: int = 2, **how: Any) -> str:
    await add_variant(bench.database, sku=SKU, price_cents=10000)
    return await bench.order({SKU: pieces}, **(how or TOKEN))


async def callback(bench: Bench, number: str, verb: str = "authorize", kind: str = "authorization.succeeded") -> None:
    event = PaymentEvent(external_id=f"evt_{verb}", order_id=0, kind=kind, amount_cents=20000)
    message = await note_callback(bench.database, event, number, f"{number}:1:{verb}")
    bench.publisher.announce_soon([message] if message else [])


async def send(bench: Bench, number: str, pieces: int) -> None:
    await pack(bench.database, number, staff(), {SKU: pieces})
    request = ShipmentRequest(pieces={SKU: pieces})
    await bench.work(await ship(bench.database, number, staff(), request, capture_at_shipment=True))


async def announce_open(bench: Bench) -> None:
    """What the sweep does."""
    await bench.make_due()
    async with bench.database.writer() as connection:
        rows = await connection.rows(
            "SELECT s.id, o.queue, o.task FROM steps s JOIN outbox o ON o.step_id = s.id WHERE s.state NOT IN "
            "('done', 'dead') ORDER BY s.id LIMIT 100"
        )
    await bench.work(tuple(Message(row["queue"], row["task"], row["id"]) for row in rows))


async def step(bench: Bench, name: str) -> dict[str, Any]:
    async with bench.database.writer() as connection:
        row = await connection.row("SELECT id, state, error FROM steps WHERE step = %s", (name,))
    assert row is not None
    return dict(row)


async def let_time_pass(bench: Bench, interval: str) -> None:
    async with bench.database.writer() as connection:
        await connection.execute(
            f"UPDATE orders SET placed_at = placed_at - INTERVAL {interval}, "  # noqa: S608
            f"expires_at = expires_at - INTERVAL {interval}"
        )


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


async def test_two_refunds_at_once_are_both_in_the_books(bench: Bench) -> None:
    number = await bench.placed(**TOKEN)
    first = await refund(bench.database, number, staff(), 1000, "Sorry")
    second = await refund(bench.database, number, staff(), 500, "Sorry again")
    both = asyncio.Barrier(2)
    give = bench.cards.refund

    async def together(key: str, ref: str, cents: int) -> Outcome:
        outcome = await give(key, ref, cents)
        with suppress(TimeoutError, asyncio.BrokenBarrierError):  # nobody else comes: they do not run at once
            await asyncio.wait_for(both.wait(), 1)
        return outcome

    bench.cards.refund = together  # type: ignore[method-assign,assignment]
    payouts = [message for message in (*first, *second) if message.task == "orders.refund"]
    await asyncio.gather(*(carry_out(bench.tools, WORK[each.task], each.step_id) for each in payouts))
    await announce_open(bench)

    at_provider = bench.cards.authorizations[f"auth_{number}"].refunded_cents
    order = await bench.look(number)
    assert (at_provider, order.refunded_cents) == (1500, 1500)


async def test_goodwill_between_two_parcels_is_given_once(at_shipment: Bench) -> None:
    number = await at_shipment.placed(pieces=2, **TOKEN)
    await send(at_shipment, number, 1)
    await at_shipment.work(await refund(at_shipment.database, number, staff(), 1000, "A stain"))

    await send(at_shipment, number, 1)

    order = await at_shipment.look(number)
    assert (order.due_cents, order.paid_cents - order.refunded_cents) == (19000, 19000)


async def test_a_void_whose_answer_was_lost_is_in_the_books(at_shipment: Bench) -> None:
    number = await at_shipment.placed(**TOKEN)
    messages = await cancel(at_shipment.database, number, shopper(), None, "Changed my mind")
    at_shipment.cards.unsure = 1
    await at_shipment.work(messages)

    await announce_open(at_shipment)

    order = await at_shipment.look(number)
    assert (await step(at_shipment, "void"))["state"] == "done"
    assert (order.payment_status, order.payments[0].voided_at is not None) == ("voided", True)


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


def pays_on_page(bench: Bench, number: str) -> None:
    charge = Charge(f"{number}:1:session", number, 20000, "EUR")
    bench.cards.operations[charge.key] = bench.cards.outcome_of(charge, "authorized")


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


async def test_a_buyer_who_pays_after_the_payment_step_died_does_not_lose_the_payment(bench: Bench) -> None:
    number = await card_order(bench, payment_method="card")
    await pay_by_card(PayTools(database=bench.database, cards=bench.cards), number, BACK)
    async with bench.database.writer() as connection:
        await connection.execute("UPDATE steps SET state = 'dead' WHERE step = 'payment'")
    pays_on_page(bench, number)

    await callback(bench, number, "session")
    await bench.work()

    assert f"{number}:1:void" not in bench.cards.calls


async def test_two_payouts_that_wait_for_one_capture_do_not_kill_each_other(at_shipment: Bench) -> None:
    bench = at_shipment
    number = await bench.placed(pieces=2, **TOKEN)
    strict(bench)
    await send(bench, number, 1)
    await pack(bench.database, number, staff(), {SKU: 1})
    request = ShipmentRequest(pieces={SKU: 1})
    await ship(bench.database, number, staff(), request, capture_at_shipment=True)  # its capture is still to come
    refunds = [
        message
        for _ in range(2)
        for message in await refund(bench.database, number, staff(), 8000, "Sorry")
        if message.task == "orders.refund"
    ]
    both, give = asyncio.Barrier(2), bench.cards.refund

    async def together(key: str, ref: str, cents: int) -> Outcome:
        with suppress(TimeoutError, asyncio.BrokenBarrierError):  # nobody else comes: they do not run at once
            await asyncio.wait_for(both.wait(), 1)
        return await give(key, ref, cents)

    bench.cards.refund = together  # type: ignore[method-assign,assignment]
    await asyncio.gather(*(carry_out(bench.tools, WORK[each.task], each.step_id) for each in refunds))
    bench.cards.refund = give  # type: ignore[method-assign]
    for _ in range(3):
        await announce_open(bench)

    order = await bench.look(number)
    assert [(each.step, each.error) for each in order.steps if each.state == "dead"] == []
    assert (order.paid_cents, order.refunded_cents) == (20000, 16000)


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


async def test_two_sweeps_share_what_is_due(bench: Bench) -> None:
    await add_variant(bench.database, sku=SKU, price_cents=100, stock=60)
    for _ in range(30):
        await bench.order({SKU: 1})
    await bench.make_due()

    async with bench.database.transaction() as first:
        mine = await take_due(first, 10, 60)
        async with bench.database.transaction() as second:
            theirs = await take_due(second, 10, 60)

    assert (len(mine), len(theirs)) == (10, 10)


async def test_no_two_changes_of_orders_ever_wait_for_each_other_crosswise(bench: Bench) -> None:
    skus = ("WC14-NAV-L", SKU, "WC14-NAV-S")
    for sku in skus:
        await add_variant(bench.database, sku=sku, stock=5000, price_cents=10000)
    before = await deadlocks(bench)

    async def life(n: int) -> None:
        order = skus if n % 2 else skus[::-1]
        for _ in range(4):
            number = await bench.order(dict.fromkeys(order, 2))
            await work_some(bench)
            await asyncio.gather(
                *(cancel(bench.database, number, staff(), {sku: 1}, "Sold out") for sku in order),
                work_some(bench),
                sweep_some(bench),
                return_exceptions=True,
            )
            with suppress(Unavailable, Conflict):
                await cancel(bench.database, number, staff(), None, "All")

    await asyncio.gather(*(life(n) for n in range(8)))
    await bench.work()

    assert await deadlocks(bench) - before == 0


async def work_some(bench: Bench) -> None:
    messages, bench.publisher.sent[:] = list(bench.publisher.sent), []
    for message in messages:
        await carry_out(bench.tools, WORK[message.task], message.step_id)


async def sweep_some(bench: Bench) -> None:
    async with bench.database.transaction() as connection:
        bench.publisher.announce_soon(await take_due(connection, 100, 5))


async def deadlocks(bench: Bench) -> int:
    async with bench.database.writer() as connection:
        row = await connection.row("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
    assert row is not None
    return int(row["Value"])


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
            await asyncio.wait_for(paid.wait(), 3)
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
        await asyncio.wait_for(captured.wait(), 3)
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


async def test_the_day_may_be_closed_twice_at_once(bench: Bench) -> None:
    await bench.placed()
    await let_time_pass(bench, "40 DAY")

    counts = await asyncio.gather(*(close_day(bench.tools) for _ in range(4)))

    assert sum(counts) == 1
