"""Money that comes when a parcel leaves, too late, twice, or never."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.moves import IllegalMove
from shared.gateway import Charge
from shared.queries.payments import PaymentEvent
from shared.services.cancellation import cancel
from shared.services.fulfillment import ShipmentRequest, pack, ship
from shared.services.incoming import record_payment
from shared.services.payments import PayTools, note_callback, pay_by_card, pay_by_invoice
from tests.factories import add_variant, stock_of
from tests.orders_at_work import Bench, shopper, staff
from workers.closing import close_day
from workers.expiry import expire_orders

SKU = "WC14-NAV-M"
BACK = "http://localhost/orders"
TOKEN: dict[str, Any] = {"payment_method": "card", "payment_token": "tok_success"}


def pay_tools(bench: Bench) -> PayTools:
    return PayTools(database=bench.database, cards=bench.cards)


async def hosted(bench: Bench) -> str:
    """A card order whose buyer is on the provider's page."""
    await add_variant(bench.database, sku=SKU, price_cents=10000)
    number = await bench.order({SKU: 1}, payment_method="card")
    await pay_by_card(pay_tools(bench), number, BACK)
    return number


async def pays_on_page(bench: Bench, number: str, attempt: int = 1) -> None:
    """The provider has the buyer's money; nobody was told yet."""
    charge = Charge(f"{number}:{attempt}:session", number, 10000, "EUR")
    outcome = replace(bench.cards.outcome_of(charge, "authorized"), provider_ref=f"auth_{number}_{attempt}")
    bench.cards.operations[charge.key] = outcome


async def callback(bench: Bench, number: str, attempt: int = 1) -> None:
    event = PaymentEvent(
        external_id=f"evt_{number}_{attempt}", order_id=0, kind="authorization.succeeded", amount_cents=10000
    )
    message = await note_callback(bench.database, event, number, f"{number}:{attempt}:session")
    await bench.work((message,) if message else ())


async def let_time_pass(bench: Bench, interval: str) -> None:
    """Make every order older."""
    async with bench.database.writer() as connection:
        await connection.execute(
            f"UPDATE orders SET placed_at = placed_at - INTERVAL {interval}, "  # noqa: S608
            f"expires_at = expires_at - INTERVAL {interval}"
        )


async def send(bench: Bench, number: str, pieces: int) -> None:
    await pack(bench.database, number, staff(), {SKU: pieces})
    request = ShipmentRequest(pieces={SKU: pieces})
    await bench.work(await ship(bench.database, number, staff(), request, capture_at_shipment=True))


async def test_the_card_is_charged_for_each_parcel_when_it_leaves(at_shipment: Bench) -> None:
    number = await at_shipment.placed(pieces=3, **TOKEN)
    before = await at_shipment.look(number)

    await send(at_shipment, number, 1)
    half = await at_shipment.look(number)
    await send(at_shipment, number, 2)

    done = await at_shipment.look(number)
    assert (before.payment_status, before.paid_cents) == ("authorized", 0)
    assert (half.payment_status, half.paid_cents) == ("partially_paid", 10000)
    assert (done.payment_status, done.paid_cents) == ("paid", 30000)
    assert [key for key in at_shipment.cards.calls if "capture" in key] == [
        f"{number}:1:capture-{parcel.id}" for parcel in done.parcels
    ]


async def test_a_capture_whose_answer_was_lost_is_asked_for_and_not_repeated(at_shipment: Bench) -> None:
    number = await at_shipment.placed(pieces=1, **TOKEN)
    at_shipment.cards.unsure = 1

    await send(at_shipment, number, 1)
    failed = await at_shipment.look(number)
    await at_shipment.make_due()
    parcel = failed.parcels[0].id
    async with at_shipment.database.writer() as connection:
        step = await connection.row("SELECT id FROM steps WHERE step = 'capture'")
    assert step is not None
    from shared.messages import CAPTURE_PAYMENT, ORDERS, Message

    await at_shipment.work((Message(ORDERS, CAPTURE_PAYMENT, step["id"]),))

    done = await at_shipment.look(number)
    key = f"{number}:1:capture-{parcel}"
    assert (failed.paid_cents, done.paid_cents) == (0, 10000)
    assert [call for call in at_shipment.cards.calls if "capture" in call] == [key, f"look up {key}"]


async def test_what_is_canceled_before_it_leaves_is_never_charged(at_shipment: Bench) -> None:
    number = await at_shipment.placed(pieces=2, **TOKEN)

    await at_shipment.work(await cancel(at_shipment.database, number, staff(), {SKU: 1}, "Sold out"))
    await send(at_shipment, number, 1)

    done = await at_shipment.look(number)
    assert (done.due_cents, done.paid_cents, done.refunded_cents, done.payment_status) == (10000, 10000, 0, "paid")


async def test_a_canceled_order_lets_its_authorisation_go(at_shipment: Bench) -> None:
    number = await at_shipment.placed(pieces=2, **TOKEN)

    await at_shipment.work(await cancel(at_shipment.database, number, shopper(), None, "Changed my mind"))

    done = await at_shipment.look(number)
    assert (done.order_status, done.payment_status, done.paid_cents) == ("canceled", "voided", 0)
    assert f"{number}:1:void" in at_shipment.cards.calls


async def test_a_card_order_that_nobody_pays_expires_and_its_pieces_are_free_again(bench: Bench) -> None:
    number = await hosted(bench)
    await let_time_pass(bench, "2 HOUR")

    expired = await expire_orders(bench.tools)
    await bench.work()

    order = await bench.look(number)
    assert (expired, order.order_status, order.payment_status) == (1, "expired", "voided")
    assert await stock_of(bench.database, SKU) == 10
    assert bench.told() == ["expired"]
    assert await expire_orders(bench.tools) == 0


async def test_an_order_does_not_expire_before_its_time(bench: Bench) -> None:
    number = await hosted(bench)

    assert await expire_orders(bench.tools) == 0
    assert (await bench.look(number)).order_status == "pending"


async def test_an_order_that_was_paid_while_its_callback_got_lost_goes_on_instead_of_expiring(bench: Bench) -> None:
    number = await hosted(bench)
    await pays_on_page(bench, number)
    await let_time_pass(bench, "2 HOUR")
    await bench.make_due()

    assert await expire_orders(bench.tools) == 0
    await bench.work()

    assert (await bench.look(number)).payment_status == "paid"


async def test_an_order_on_invoice_never_expires(bench: Bench) -> None:
    number = await bench.placed()
    await let_time_pass(bench, "400 DAY")

    assert await expire_orders(bench.tools) == 0
    assert (await bench.look(number)).order_status == "processing"


async def test_a_charge_after_the_order_expired_is_let_go_and_told_of(bench: Bench) -> None:
    number = await hosted(bench)
    await let_time_pass(bench, "2 HOUR")
    await expire_orders(bench.tools)
    await bench.work()

    await pays_on_page(bench, number)
    await callback(bench, number)

    order = await bench.look(number)
    assert (order.order_status, order.payment_status, order.paid_cents) == ("expired", "voided", 0)
    assert order.payments[0].voided_at is not None
    assert bench.told() == ["expired", "late_payment"]


async def test_the_same_callback_twice_lets_a_late_charge_go_once(bench: Bench) -> None:
    number = await hosted(bench)
    await cancel(bench.database, number, shopper(), None, "Changed my mind")
    await pays_on_page(bench, number)

    for _ in range(3):
        await callback(bench, number)

    assert bench.cards.calls.count(f"{number}:1:void") == 1
    assert bench.told() == ["late_payment"]


async def test_a_page_that_is_paid_after_the_buyer_chose_invoice_is_let_go(bench: Bench) -> None:
    number = await hosted(bench)
    again = await pay_by_invoice(pay_tools(bench), number, BACK)
    await bench.work(again.messages)
    await pays_on_page(bench, number)

    await callback(bench, number)

    order = await bench.look(number)
    assert (order.order_status, order.payment_method, order.paid_cents) == ("processing", "invoice", 0)
    assert f"{number}:1:void" in bench.cards.calls


async def test_an_unpaid_invoice_is_reminded_of_three_times_and_then_no_more(bench: Bench) -> None:
    number = await bench.placed()
    days = bench.tools.settings.invoice_due_days
    reminders = []

    for step in (f"{days + 2} DAY", "1 DAY", "1 DAY", "10 DAY", "14 DAY", "100 DAY"):
        await let_time_pass(bench, step)
        reminders.append(await close_day(bench.tools))
        await bench.work()

    assert reminders == [0, 1, 0, 1, 1, 0]
    assert bench.told() == ["receipt", "reminder", "reminder", "reminder"]
    assert (await bench.look(number)).order_status == "processing"


async def test_a_paid_invoice_is_not_reminded_of(bench: Bench) -> None:
    number = await bench.placed()
    await record_payment(bench.database, number, staff(), 20000, "")
    await let_time_pass(bench, "100 DAY")

    assert await close_day(bench.tools) == 0


async def test_money_on_a_card_order_cannot_be_recorded_by_hand(bench: Bench) -> None:
    number = await bench.placed(**TOKEN)

    with pytest.raises(IllegalMove, match="paid by card"):
        await record_payment(bench.database, number, staff(), 20000, "")
