"""A shopper cancels, sends things back and withdraws: what the pages offer, do, refuse and keep."""

import asyncio
import html
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
import pytest_asyncio

from shared.db import Database
from shared.domain.returning import REASONS
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_number
from shared.services.cancellation import cancel
from shared.services.fulfillment import ShipmentRequest, deliver, pack, ship
from shared.services.returns import Arrived, receive
from storefront.shop import Shop
from storefront.views.returns import OUR_FAULT, POSTAGE
from tests.factories import stock_of
from tests.fakes import ListPublisher
from tests.orders_at_work import staff
from tests.web.baskets import fill, order, wish
from tests.web.browser import Answer, Browser
from workers.documents import return_mails

SKU = "WC14-NAV-M"
PIECES = f"pieces.{SKU}"
Do = Callable[[Database, str], Awaitable[Any]]


@pytest_asyncio.fixture
async def number(browser: Browser, database: Database) -> str:
    """An order of two pieces by invoice, whose payment step is done."""
    placed = (await order(browser, wish(await fill(browser, database, 2, price_cents=10000)))).json
    async with database.transaction() as connection:
        await connection.execute("UPDATE steps SET state = 'done' WHERE step = 'payment'")
        await connection.execute("UPDATE orders SET order_status = 'processing'")
    return str(placed["number"])


async def look(database: Database, number: str) -> OrderView:
    async with database.writer() as connection:
        return await order_by_number(connection, number)


async def pack_one(database: Database, number: str) -> None:
    await pack(database, number, staff(), {SKU: 1})


async def send(database: Database, number: str) -> int:
    await pack(database, number, staff(), {SKU: 2})
    request = ShipmentRequest(pieces={SKU: 2}, carrier="DHL", tracking="00340434")
    await ship(database, number, staff(), request, capture_at_shipment=False)
    return (await look(database, number)).parcels[-1].id


async def arrive(database: Database, number: str) -> None:
    await deliver(database, number, staff(), await send(database, number))


async def let_days_pass(database: Database, days: int) -> None:
    async with database.writer() as connection:
        await connection.execute("UPDATE shipments SET delivered_at = delivered_at - INTERVAL %s DAY", (days,))


async def submit(browser: Browser, number: str, act: str, **fields: str) -> Answer:
    """Open the page that asks, and send its form with these fields."""
    page = (await browser.get(f"/orders/{number}/{act}")).text
    return await send_from(browser, page, act, fields)


async def send_from(browser: Browser, page: str, act: str, fields: Mapping[str, str]) -> Answer:
    action = re.search(rf'action="(/orders/[^"]+/{act}[^"]*)"', page)
    operation = re.search(r'name="operation_id" value="([^"]+)"', page)
    assert action, page
    assert operation
    return await browser.submit(html.unescape(action[1]), {"operation_id": operation[1], **fields})


def asked_for(found: OrderView) -> list[dict[str, int]]:
    return [dict(each.pieces) for each in found.returns if not each.canceled_at]


async def test_an_order_is_canceled_on_a_page_that_asks_first(
    browser: Browser, database: Database, number: str, sent: ListPublisher
) -> None:
    page = (await browser.get(f"/orders/{number}")).text
    asking = await browser.get(f"/orders/{number}/cancel")
    answer = await submit(browser, number, "cancel", reason="Found it\r\nelsewhere")

    after = await look(database, number)
    assert "/cancel?key=" in page
    assert "Nothing was charged yet, and nothing will be." in asking.text
    assert (answer.status, after.order_status, after.due_cents) == (303, "canceled", 0)
    assert [(each.credit.reason, each.who) for each in after.credits] == [("Found it elsewhere", "shopper")]
    assert await stock_of(database, SKU) == 10
    assert [message.task for message in sent.sent][-2:] == ["documents.mail", "documents.credit_note"]


async def test_the_orders_page_says_that_it_is_canceled_and_what_the_money_does(browser: Browser, number: str) -> None:
    await submit(browser, number, "cancel")

    page = (await browser.get(f"/orders/{number}")).text
    assert "<h1>Your order was canceled</h1>" in page
    assert "Nothing was charged, and nothing is left to pay." in page
    assert "<b>Canceled</b>" in page
    assert "Changed your mind?" not in page


async def test_a_form_that_arrives_twice_and_two_tabs_cancel_once(
    browser: Browser, database: Database, number: str
) -> None:
    tabs = [(await browser.get(f"/orders/{number}/cancel")).text for _ in range(2)]

    answers = await asyncio.gather(*(send_from(browser, tab, "cancel", {}) for tab in (*tabs, tabs[0])))
    back = await browser.get(f"/orders/{number}/cancel")

    assert [answer.status for answer in answers] == [303, 303, 303]
    assert (back.status, back.headers["Location"].partition("?")[0]) == (303, f"/orders/{number}")
    assert len((await look(database, number)).credits) == 1


async def test_what_was_packed_meanwhile_is_not_canceled_and_the_page_keeps_what_was_typed(
    browser: Browser, database: Database, number: str
) -> None:
    page = (await browser.get(f"/orders/{number}/cancel")).text
    await pack_one(database, number)

    answer = await send_from(browser, page, "cancel", {"reason": 'Too "late" <b>'})

    assert answer.status == 409
    assert "Something is packed already, so the order cannot be canceled as a whole." in answer.text
    assert 'value="Too &#34;late&#34; &lt;b&gt;"' in answer.text
    assert f'href="/orders/{number}/withdraw?key=' in answer.text
    assert (await look(database, number)).lines[0].canceled == 0


async def test_a_reason_that_is_too_long_is_told_at_its_field(
    browser: Browser, database: Database, number: str
) -> None:
    answer = await submit(browser, number, "cancel", reason="x" * 201)

    assert answer.status == 422
    assert 'id="reason-fault">Use at most 200 printable characters.' in answer.text
    assert "x" * 201 in answer.text
    assert (await look(database, number)).order_status == "processing"


async def test_pieces_are_announced_with_a_reason_and_kept_after_all(
    browser: Browser, database: Database, number: str, sent: ListPublisher
) -> None:
    await arrive(database, number)

    announced = await submit(browser, number, "return", **{PIECES: "1", "reason": "damaged"})
    page = (await browser.get(f"/orders/{number}")).text
    between = asked_for(await look(database, number))
    kept = await send_from(browser, page, "return", {"keep": _keep_id(page)})
    again = await send_from(browser, page, "return", {"keep": _keep_id(page)})

    assert (announced.status, kept.status, again.status) == (303, 303, 303)
    assert between == [{SKU: 1}]
    assert "We pay the postage." in page
    assert "1 of 2 to be sent back" in page
    assert asked_for(await look(database, number)) == []
    assert [message.task for message in sent.sent] == ["documents.mail"]
    assert "Keep it after all" not in (await browser.get(f"/orders/{number}")).text


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"reason": "too_small"}, 422, "Choose at least one piece."),
        ({PIECES: "1"}, 422, "Choose a reason."),
        ({PIECES: "1", "reason": "no such"}, 422, "Choose a reason."),
        ({PIECES: "x", "reason": "too_small"}, 422, "Enter a whole number."),
        ({PIECES: "3", "reason": "too_small"}, 409, "You can send back 2 of these."),
        ({"pieces.OTHER": "1", "reason": "too_small"}, 422, "This is not part of the order."),
    ],
)
async def test_a_return_that_makes_no_sense_is_refused_and_keeps_what_was_typed(
    browser: Browser, database: Database, number: str, fields: dict[str, str], status: int, words: str
) -> None:
    await arrive(database, number)

    answer = await submit(browser, number, "return", **fields)

    assert answer.status == status
    assert words in answer.text
    assert "<title>Error: " in answer.text
    if fields.get(PIECES):
        assert (
            f'name="{PIECES}" type="number" inputmode="numeric" min="0" max="2" value="{fields[PIECES]}"' in answer.text
        )
    if fields.get("reason") in REASONS:
        assert f'value="{fields["reason"]}" checked' in answer.text
    assert asked_for(await look(database, number)) == []


async def test_the_same_pieces_from_two_tabs_are_announced_once(
    browser: Browser, database: Database, number: str
) -> None:
    await arrive(database, number)
    tabs = [(await browser.get(f"/orders/{number}/return")).text for _ in range(2)]

    answers = [await send_from(browser, tab, "return", {PIECES: "2", "reason": "too_large"}) for tab in tabs]

    assert [answer.status for answer in answers] == [303, 409]
    assert "There is nothing that could be sent back just now." in answers[1].text
    assert asked_for(await look(database, number)) == [{SKU: 2}]


async def test_a_page_that_was_sent_once_does_nothing_else_when_it_is_sent_again(
    browser: Browser, database: Database, number: str
) -> None:
    await arrive(database, number)
    page = (await browser.get(f"/orders/{number}/return")).text

    first = await send_from(browser, page, "return", {PIECES: "1", "reason": "too_large"})
    other = await send_from(browser, page, "return", {PIECES: "1", "reason": "too_small"})

    assert (first.status, other.status) == (303, 422)
    assert "You have sent this page already." in other.text
    assert asked_for(await look(database, number)) == [{SKU: 1}]


async def test_what_has_come_back_in_part_cannot_be_kept(browser: Browser, database: Database, number: str) -> None:
    await arrive(database, number)
    await submit(browser, number, "return", **{PIECES: "2", "reason": "too_large"})
    page = (await browser.get(f"/orders/{number}")).text
    arrived = Arrived(return_id=int(_keep_id(page)), pieces={SKU: 1}, restock=True)
    await receive(database, number, staff(), arrived)

    answer = await send_from(browser, page, "return", {"keep": _keep_id(page)})
    after = (await browser.get(f"/orders/{number}")).text

    assert answer.status == 409
    assert "This return cannot be taken back any more." in answer.text
    assert "1 of 2 returned" in after
    assert "<dt>Returned</dt><dd>−€100.00</dd>" in after
    assert '<dd class="total">€100.00</dd>' in after


async def test_the_contract_is_withdrawn_from_in_two_steps_and_acknowledged_with_date_and_time(
    browser: Browser, database: Database, number: str, sent: ListPublisher
) -> None:
    await pack_one(database, number)
    first = await browser.get(f"/orders/{number}/withdraw")
    answer = await submit(browser, number, "withdraw")
    again = await send_from(browser, first.text, "withdraw", {})

    page = (await browser.get(f"/orders/{number}")).text
    assert "<dt>Name</dt><dd>Jana Łukaszewicz</dd>" in first.text
    assert '<button class="go">Confirm withdrawal</button>' in first.text
    assert (answer.status, again.status) == (303, 303)
    assert re.search(r"You withdrew on \d+ \w+ \d{4} at \d\d:\d\d:\d\d \(Europe/Berlin time\)\.", page)
    assert "The confirmation goes by e-mail to j•••@example.com." in page
    assert [event.what for event in (await look(database, number)).events].count("return.withdrawn") == 1
    assert ">Withdraw from contract<" not in page
    assert "documents.mail" in [message.task for message in sent.sent]


@pytest.mark.parametrize(("days", "is_open"), [(13, True), (17, False)])
async def test_the_withdrawal_is_open_until_14_days_after_the_last_parcel(
    browser: Browser, database: Database, number: str, days: int, is_open: bool
) -> None:
    await arrive(database, number)
    form = (await browser.get(f"/orders/{number}/withdraw")).text
    await let_days_pass(database, days)

    page = (await browser.get(f"/orders/{number}")).text
    asking = await browser.get(f"/orders/{number}/withdraw")
    answer = await send_from(browser, form, "withdraw", {})

    assert (">Withdraw from contract<" in page) is is_open
    assert (asking.status, answer.status) == ((200, 303) if is_open else (409, 409))
    assert (asked_for(await look(database, number)) != []) is is_open


async def test_a_withdrawal_is_not_taken_back_by_a_button(browser: Browser, database: Database, number: str) -> None:
    await arrive(database, number)
    await submit(browser, number, "withdraw")
    found = await look(database, number)

    page = (await browser.get(f"/orders/{number}")).text
    forced = await browser.submit(f"/orders/{number}/return", {"operation_id": "k", "keep": str(found.returns[0].id)})

    assert "Keep it after all" not in page
    assert forced.status == 409
    assert asked_for(await look(database, number)) == [{SKU: 2}]


@pytest.mark.parametrize("act", ["cancel", "return", "withdraw"])
@pytest.mark.parametrize("operation_id", ["", "é", "x" * 129])
async def test_a_form_without_a_good_id_does_nothing(
    browser: Browser, database: Database, number: str, act: str, operation_id: str
) -> None:
    if act == "return":
        await arrive(database, number)
    before = await look(database, number)

    fields = {"operation_id": operation_id, PIECES: "1", "reason": "damaged"}
    answer = await browser.submit(f"/orders/{number}/{act}", fields)

    assert answer.status == 422
    assert "Open the page afresh and try again." in answer.text
    assert await look(database, number) == before


@pytest.mark.parametrize("act", ["cancel", "return", "withdraw"])
async def test_another_browser_needs_the_key_and_another_site_may_do_nothing(
    browser: Browser, new_browser: Callable[[], Browser], database: Database, shop: Shop, number: str, act: str
) -> None:
    if act == "return":
        await arrive(database, number)
    before = await look(database, number)
    stranger, key = new_browser(), shop.links.order_key(number)
    fields = {"operation_id": "k-1", PIECES: "1", "reason": "damaged"}

    refused = [
        await stranger.get(f"/orders/{number}/{act}"),
        await stranger.get(f"/orders/{number}/{act}?key=wrong"),
        await stranger.submit(f"/orders/{number}/{act}", fields),
        await stranger.submit(f"/orders/{number}/{act}?key={key[:-1]}", fields),
        await browser.submit(f"/orders/{number}/{act}?key={key}", fields, {"Sec-Fetch-Site": "cross-site"}),
        await browser.submit(f"/orders/{number}/{act}?key={key}", fields, {"Origin": "https://evil.example"}),
        await browser.submit(f"/orders/{number}/{act}?key={key}", fields, {}),
    ]
    unchanged = await look(database, number)
    with_key = await stranger.submit(f"/orders/{number}/{act}?key={key}", fields)

    assert [answer.status for answer in refused] == [404, 404, 404, 404, 403, 403, 403]
    assert unchanged == before
    assert with_key.status == 303
    assert await look(database, number) != before


@pytest.mark.parametrize(("act", "prepare"), [("cancel", arrive), ("return", pack_one)])
async def test_what_cannot_be_done_now_is_told_on_the_orders_page(
    browser: Browser, database: Database, number: str, act: str, prepare: Do
) -> None:
    await prepare(database, number)

    answer = await browser.get(f"/orders/{number}/{act}")

    assert answer.status == 409
    assert "Below is how" in answer.text
    assert f'Order <b class="num">{number}</b>' in answer.text


async def test_parcels_lines_and_money_show_what_became_of_an_order(
    browser: Browser, database: Database, number: str
) -> None:
    await cancel(database, number, staff(), {SKU: 1}, "Torn in the store")
    await pack(database, number, staff(), {SKU: 1})
    request = ShipmentRequest(pieces={SKU: 1}, carrier="DHL", tracking="00340434")
    await ship(database, number, staff(), request, capture_at_shipment=False)

    page = (await browser.get(f"/orders/{number}")).text

    assert '<b>DHL <span class="num">00340434</span></b>' in page
    assert "1 × Wool coat, navy, M" in page
    assert "1 of 2 canceled" in page
    assert "<dt>Canceled</dt><dd>−€100.00</dd>" in page
    assert "<b>Still to pay</b></dt><dd><b>€100.00</b>" in page


async def test_shoppers_are_told_of_staff_without_their_addresses(
    browser: Browser, database: Database, number: str
) -> None:
    await arrive(database, number)

    told = (await browser.api("GET", f"/orders/{number}")).text
    events = {event["what"]: event["who"] for event in (await browser.api("GET", f"/orders/{number}")).json["events"]}

    assert events["parcel.shipped"] == "staff"
    assert "manager@example.com" not in told + (await browser.get(f"/orders/{number}")).text


def test_pages_and_mails_say_the_same_about_the_postage() -> None:
    assert POSTAGE == return_mails.POSTAGE
    assert OUR_FAULT == return_mails.OUR_FAULT
    assert set(REASONS) > OUR_FAULT


def _keep_id(page: str) -> str:
    found = re.search(r'name="keep" value="(\d+)"', page)
    assert found, page
    return found[1]
