"""What happens to an order after it was paid for: packing, sending, canceling, refunding, returning."""

import asyncio
from typing import Any

import pytest

from shared.domain.moves import IllegalMove
from shared.errors import Invalid, NotFound, OperationReused
from shared.services.cancellation import cancel, hold, refund, release
from shared.services.fulfillment import ShipmentRequest, deliver, pack, ship, unpack
from shared.services.incoming import record_payment, resend_receipt
from shared.services.returns import Arrived, cancel_return, receive, request_return, withdraw
from tests.factories import add_variant, count, stock_of
from tests.mails import seen
from tests.orders_at_work import Bench, asked, now, shopper, staff

SKU = "WC14-NAV-M"
CARD: dict[str, Any] = {"payment_method": "card", "payment_token": "tok_success"}


async def send_all(bench: Bench, number: str, pieces: int = 2) -> int:
    """Pack and send everything in one parcel; returns its id."""
    await bench.work(await pack(bench.database, number, staff(), {SKU: pieces}))
    request = ShipmentRequest(pieces={SKU: pieces}, carrier="DHL", tracking="00340434")
    await bench.work(await ship(bench.database, number, staff(), request, capture_at_shipment=False))
    return (await bench.look(number)).parcels[-1].id


async def test_an_order_is_packed_sent_delivered_and_paid_and_then_complete(bench: Bench) -> None:
    number = await bench.placed()

    parcel = await send_all(bench, number)
    await deliver(bench.database, number, staff(), parcel)
    await record_payment(bench.database, number, staff(), 20000, "bank statement 12")

    done = await bench.look(number)
    assert (done.order_status, done.payment_status, done.fulfillment_status) == ("completed", "paid", "delivered")
    assert (done.paid_cents, done.open_cents) == (20000, 0)
    assert [event.what for event in done.events][4:] == [
        "line.packed", "parcel.shipped", "mail.shipped_sent", "parcel.delivered", "payment.received",
        "order.completed",
    ]  # fmt: skip
    assert bench.told() == ["receipt", "shipped"]


async def test_two_of_the_staff_pack_the_same_pieces_and_the_second_is_told_why_not(bench: Bench) -> None:
    number = await bench.placed()

    results = await asyncio.gather(
        *(pack(bench.database, number, staff(), {SKU: 2}) for _ in range(2)), return_exceptions=True
    )

    (refused,) = [each for each in results if isinstance(each, Exception)]
    assert isinstance(refused, IllegalMove)
    assert refused.detail == f"Only 0 of {SKU} can be packed, not 2."
    assert (await bench.look(number)).lines[0].packed == 2


async def test_the_same_command_twice_does_it_once_and_its_key_is_good_for_nothing_else(bench: Bench) -> None:
    number = await bench.placed()

    for _ in range(3):
        await pack(bench.database, number, staff("one"), {SKU: 1})
    with pytest.raises(OperationReused):
        await pack(bench.database, number, staff("one"), {SKU: 2})

    assert (await bench.look(number)).lines[0].packed == 1


@pytest.mark.parametrize("pieces", [{}, {SKU: 0}, {SKU: -1}, {"OTHER": 1}])
async def test_pieces_that_make_no_sense_are_refused_by_name(bench: Bench, pieces: dict[str, int]) -> None:
    number = await bench.placed()

    with pytest.raises(Invalid) as refused:
        await pack(bench.database, number, staff(), pieces)

    assert all(fault.field.startswith("pieces") for fault in refused.value.errors)
    assert await count(bench.database, "commands") == 0


async def test_an_unknown_order_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFound):
        await pack(bench.database, "0000-0000", staff(), {SKU: 1})


async def test_a_shopper_cancels_and_gets_everything_back(bench: Bench) -> None:
    number = await bench.placed(**CARD)

    await bench.work(await cancel(bench.database, number, shopper(), None, "Changed my mind"))

    gone = await bench.look(number)
    assert (gone.order_status, gone.payment_status, gone.due_cents) == ("canceled", "refunded", 0)
    assert (gone.paid_cents, gone.refunded_cents) == (20000, 20000)
    assert await stock_of(bench.database, SKU) == 10
    assert [(each.kind, each.number) for each in gone.documents] == [("invoice", "I000001"), ("credit_note", "C000001")]
    assert bench.told() == ["receipt", "canceled", "refunded"]


async def test_nothing_can_be_canceled_once_something_is_packed(bench: Bench) -> None:
    number = await bench.placed()
    await pack(bench.database, number, staff(), {SKU: 1})

    with pytest.raises(IllegalMove, match="packed already"):
        await cancel(bench.database, number, shopper(), None, "Changed my mind")

    order = await bench.look(number)
    assert (order.order_status, order.lines[0].canceled, await stock_of(bench.database, SKU)) == ("processing", 0, 8)


async def test_staff_cancel_one_of_two_pieces_of_an_unpaid_invoice(bench: Bench) -> None:
    number = await bench.placed()

    await bench.work(await cancel(bench.database, number, staff(), {SKU: 1}, "Torn in the warehouse"))

    order = await bench.look(number)
    assert (order.order_status, order.due_cents, order.open_cents) == ("processing", 10000, 10000)
    assert [each.credit.payout_cents for each in order.credits] == [0]
    assert await stock_of(bench.database, SKU) == 9


async def test_an_order_canceled_before_it_was_processed_has_no_invoice_and_charges_nothing(bench: Bench) -> None:
    await add_variant(bench.database, sku=SKU, price_cents=10000)
    number = await bench.order({SKU: 1}, **CARD)

    messages = await cancel(bench.database, number, shopper(), None, "Changed my mind")
    await bench.work(messages)

    gone = await bench.look(number)
    assert (gone.order_status, gone.payment_status, gone.documents) == ("canceled", "voided", ())
    assert bench.cards.operations == {}
    assert bench.told() == ["canceled"]


async def test_a_refund_of_more_than_was_paid_is_refused_and_changes_nothing(bench: Bench) -> None:
    number = await bench.placed(**CARD)
    before = await bench.look(number)

    with pytest.raises(IllegalMove, match="Only €200"):
        await refund(bench.database, number, staff(), 20001, "Sorry")

    assert await bench.look(number) == before


async def test_ten_parallel_refunds_of_the_whole_give_the_money_back_once(bench: Bench) -> None:
    number = await bench.placed(**CARD)

    results = await asyncio.gather(
        *(refund(bench.database, number, staff(), 20000, "Sorry") for _ in range(10)), return_exceptions=True
    )
    await bench.work(tuple(message for each in results if isinstance(each, tuple) for message in each))

    order = await bench.look(number)
    assert [type(each) for each in results].count(IllegalMove) == 9
    assert (order.refunded_cents, order.payment_status) == (20000, "refunded")


async def test_a_goodwill_refund_has_a_credit_note_with_its_vat(bench: Bench) -> None:
    number = await bench.placed(**CARD)

    await bench.work(await refund(bench.database, number, staff(), 1190, "A late parcel"))

    order = await bench.look(number)
    (credit,) = order.credits
    assert [(line.rate_bp, line.net_cents, line.vat_cents) for line in credit.credit.vat] == [(1900, 1000, 190)]
    assert (order.payment_status, order.due_cents) == ("partially_refunded", 18810)
    assert bench.told() == ["receipt", "refunded"]


async def test_a_return_comes_back_onto_the_shelf_and_its_money_goes_back(bench: Bench) -> None:
    number = await bench.placed(**CARD)
    await deliver(bench.database, number, staff(), await send_all(bench, number))

    await bench.work(await request_return(bench.database, number, shopper(), asked({SKU: 1}, "too_small")))
    announced = (await bench.look(number)).returns[0]
    arrived = Arrived(return_id=announced.id, pieces={SKU: 1}, restock=True)
    await bench.work(await receive(bench.database, number, staff(), arrived))

    order = await bench.look(number)
    assert (order.return_status, order.payment_status, order.order_status) == (
        "received", "partially_refunded", "completed",
    )  # fmt: skip
    assert (order.refunded_cents, order.lines[0].returned) == (10000, 1)
    assert await stock_of(bench.database, SKU) == 9
    assert bench.told() == ["receipt", "shipped", "return_requested", "return_received", "refunded"]


async def test_damaged_goods_do_not_go_back_onto_the_shelf(bench: Bench) -> None:
    number = await bench.placed()
    await deliver(bench.database, number, staff(), await send_all(bench, number))
    await request_return(bench.database, number, shopper(), asked({SKU: 2}, "damaged"))
    announced = (await bench.look(number)).returns[0]

    arrived = Arrived(return_id=announced.id, pieces={SKU: 2}, restock=False)
    await bench.work(await receive(bench.database, number, staff(), arrived))

    order = await bench.look(number)
    assert (order.due_cents, order.payment_status, order.order_status) == (0, "voided", "completed")
    assert await stock_of(bench.database, SKU) == 8


async def test_a_shopper_may_keep_what_was_to_go_back(bench: Bench) -> None:
    number = await bench.placed()
    await deliver(bench.database, number, staff(), await send_all(bench, number))
    await request_return(bench.database, number, shopper(), asked({SKU: 1}, "too_large"))

    await cancel_return(bench.database, number, shopper(), (await bench.look(number)).returns[0].id)

    assert (await bench.look(number)).return_status == "canceled"


async def test_only_what_has_arrived_can_be_returned(bench: Bench) -> None:
    number = await bench.placed()
    await send_all(bench, number)

    with pytest.raises(IllegalMove, match="Only 0 of"):
        await request_return(bench.database, number, shopper(), asked({SKU: 1}, "too_small"))


async def test_a_withdrawal_cancels_what_is_here_and_announces_what_is_gone(bench: Bench) -> None:
    number = await bench.placed(pieces=3, **CARD)
    await send_all(bench, number, 1)
    await pack(bench.database, number, staff(), {SKU: 1})

    await bench.work(await withdraw(bench.database, number, shopper(), now()))

    order = await bench.look(number)
    (line,) = order.lines
    assert (line.canceled, line.packed, line.shipped) == (2, 1, 1)
    assert [(each.kind, dict(each.pieces)) for each in order.returns] == [("withdrawal", {SKU: 1})]
    assert (order.refunded_cents, order.attention) == (20000, "Withdrawn while packed: do not send it.")
    assert "withdrawn" in bench.told()


async def test_the_withdrawal_ends_14_days_after_the_last_parcel(bench: Bench) -> None:
    number = await bench.placed()
    await deliver(bench.database, number, staff(), await send_all(bench, number))
    async with bench.database.writer() as connection:
        await connection.execute("UPDATE shipments SET delivered_at = UTC_TIMESTAMP(6) - INTERVAL 17 DAY")

    with pytest.raises(IllegalMove, match="14 days"):
        await withdraw(bench.database, number, shopper(), now())


async def test_an_order_on_hold_is_not_packed_until_it_is_released(bench: Bench) -> None:
    number = await bench.placed()
    await hold(bench.database, number, staff(), "Odd address")

    with pytest.raises(IllegalMove, match="on hold"):
        await pack(bench.database, number, staff(), {SKU: 1})
    await release(bench.database, number, staff())
    await pack(bench.database, number, staff(), {SKU: 1})
    await unpack(bench.database, number, staff(), {SKU: 1})

    assert (await bench.look(number)).order_status == "processing"


async def test_money_that_is_too_much_asks_for_a_person_and_can_be_given_back(bench: Bench) -> None:
    number = await bench.placed()
    await record_payment(bench.database, number, staff(), 12000, "")
    assert (await bench.look(number)).payment_status == "partially_paid"

    await record_payment(bench.database, number, staff(), 12000, "")
    over = await bench.look(number)
    await bench.work(await refund(bench.database, number, staff(), 4000, "Paid too much"))

    back = await bench.look(number)
    assert (over.payment_status, over.attention) == ("paid", "More was paid than the order costs.")
    assert (back.due_cents, back.refunded_cents, back.credits[0].credit.credit_cents) == (20000, 4000, 0)
    assert back.attention == "Transfer €40.00 back to the buyer's account."
    assert bench.told() == ["receipt", "paid_back"]
    assert "€40.00 goes back by bank transfer" in seen(bench.mailer.taken[-1], "plain")


async def test_a_refund_of_too_much_and_some_more_is_told_once_with_its_credit_note(bench: Bench) -> None:
    number = await bench.placed()
    await record_payment(bench.database, number, staff(), 24000, "")

    await bench.work(await refund(bench.database, number, staff(), 5000, "Paid too much, and a late parcel"))

    assert [each.credit.credit_cents for each in (await bench.look(number)).credits] == [1000]
    assert bench.told() == ["receipt", "refunded"]


async def test_a_price_that_is_not_billed_yet_is_not_lowered_but_too_much_goes_back(bench: Bench) -> None:
    await add_variant(bench.database, sku=SKU, price_cents=10000)
    number = await bench.order({SKU: 1})
    await record_payment(bench.database, number, staff(), 12000, "")

    with pytest.raises(IllegalMove, match="not settled yet"):
        await refund(bench.database, number, staff(), 2001, "Sorry")
    await refund(bench.database, number, staff(), 2000, "Paid too much")

    assert [each.credit.credit_cents for each in (await bench.look(number)).credits] == [0]


async def test_a_receipt_that_is_sent_again_is_the_second_revision_with_who_and_why(bench: Bench) -> None:
    number = await bench.placed()

    await bench.work(await resend_receipt(bench.database, number, staff(), "Deleted by mistake"))

    told = [str(mail["Message-ID"]) for mail in bench.mailer.taken]
    assert told == [f"<receipt.{number}.1@example.com>", f"<receipt.{number}.2@example.com>"]
    event = next(each for each in (await bench.look(number)).events if each.what == "receipt.resent")
    assert (event.who, event.why) == ("manager@example.com", "Deleted by mistake")
