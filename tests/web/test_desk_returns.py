"""Parcels, returns and cards in the back office."""

from dataclasses import replace

from shared.db import Connection, Database
from shared.queries.orders import order_by_number
from shared.services.fulfillment import ShipmentRequest, deliver, pack, ship
from shared.services.order_commands import SHOPPER, Command
from shared.services.payments import rederive
from shared.services.returns import request_return
from storefront.handlers.desk_commands import ACTS
from storefront.shop import Shop
from tests.factories import stock_of
from tests.orders_at_work import asked
from tests.web.browser import Browser
from tests.web.desk import COAT, a_settled_order, acts_of, do, look, pieces, sign_in_as


async def _a_return(database: Database) -> str:
    """An order, paid, whose two coats have arrived and are announced to come back."""
    number = await a_settled_order(database)
    await pack(database, number, Command("1", "x"), {COAT: 2})
    await ship(database, number, Command("2", "x"), ShipmentRequest(pieces={COAT: 2}), capture_at_shipment=False)
    await deliver(database, number, Command("3", "x"), (await look(database, number)).parcels[0].id)
    await request_return(database, number, Command("4", SHOPPER), asked({COAT: 2}, "too_small"))
    return number


async def test_a_return_is_received_piece_by_piece_on_the_shelf_or_not(browser: Browser, database: Database) -> None:
    await sign_in_as(browser, database, "clerk")
    number = await _a_return(database)
    await do(browser, number, "record", {"amount": "120"})
    page = await browser.get(f"/back-office/orders/{number}")
    return_id = str((await look(database, number)).returns[0].id)

    one = await do(browser, number, "receive", {"return_id": return_id, "restock": "yes", **pieces(coats=1)})
    other = await do(browser, number, "receive", {"return_id": return_id, "restock": "no", "all": f"{COAT}*1"})
    after = await browser.get(f"/back-office/orders/{number}")
    order = await look(database, number)

    assert "Return requested" in page.text
    assert "Too small" in page.text
    assert (one.status, other.status) == (303, 303)
    assert await stock_of(database, COAT) == 8
    assert [credit.credit.payout_cents for credit in order.credits] == [5000, 5000]
    assert "Return received" in after.text
    assert "receive" not in acts_of(after.text)


async def test_an_authorised_card_is_charged_parcel_by_parcel_whatever_the_setting_is_by_then(
    database: Database, shop: Shop
) -> None:
    number = await a_settled_order(database, payment_method="card", payment_token="tok_success")
    await _authorize(database, number)
    late = replace(shop, settings=replace(shop.settings, payment_capture="shipment"))
    await pack(database, number, Command("1", "x"), {COAT: 2})

    await ACTS["ship"](late, number, Command("2", "x"), pieces(coats=1))
    await ACTS["ship"](shop, number, Command("3", "x"), pieces(coats=1))
    order = await look(database, number)

    assert [parcel.capture_cents for parcel in order.parcels] == [5000, 5000]
    assert [step.ref for step in order.steps if step.step == "capture"] == [parcel.id for parcel in order.parcels]


async def test_an_order_by_card_offers_no_form_for_transfers(browser: Browser, database: Database) -> None:
    await sign_in_as(browser, database)
    number = await a_settled_order(database, payment_method="card", payment_token="tok_success")

    page = await browser.get(f"/back-office/orders/{number}")
    answer = await do(browser, number, "record", {"amount": "5"})

    assert "record" not in acts_of(page.text)
    assert answer.status == 409
    assert (await look(database, number)).paid_cents == 0


async def _authorize(database: Database, number: str) -> None:
    async def work(connection: Connection) -> None:
        order = await order_by_number(connection, number)
        await connection.execute("UPDATE payments SET authorized_cents = 12000 WHERE order_id = %s", (order.id,))
        await rederive(connection, order.id)

    await database.retrying(work)
