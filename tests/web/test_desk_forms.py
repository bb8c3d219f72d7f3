"""The forms of the back office's order page: what they do, once, and what they refuse, changing nothing."""

import asyncio

import pytest
import pytest_asyncio

from shared.db import Database
from tests.factories import count, stock_of
from tests.fakes import ListPublisher
from tests.web.browser import Browser
from tests.web.desk import (
    COAT,
    EMAIL,
    SCARF,
    a_settled_order,
    acts_of,
    an_order,
    do,
    look,
    note_of,
    pieces,
    sign_in_as,
    value_of,
)


@pytest_asyncio.fixture
async def desk(browser: Browser, database: Database) -> Browser:
    """A browser in which a manager is signed in."""
    await sign_in_as(browser, database)
    return browser


async def test_an_order_goes_from_the_shelf_to_the_door(desk: Browser, database: Database, sent: ListPublisher) -> None:
    number = await a_settled_order(database)

    packed = await do(desk, number, "pack", {"all": f"{COAT}*2~{SCARF}*1"})
    back = await do(desk, number, "unpack", pieces(scarves=1))
    shipped = await do(desk, number, "ship", pieces(coats=2) | {"carrier": " DHL ", "tracking": "0034"})
    parcel = (await look(database, number)).parcels[0]
    there = await do(desk, number, "deliver", {"shipment_id": str(parcel.id)})
    page = await desk.get(there.headers["Location"])
    order = await look(database, number)

    assert [answer.status for answer in (packed, back, shipped, there)] == [303] * 4
    assert there.headers["Location"] == f"/back-office/orders/{number}?done=deliver"
    assert "The parcel has arrived." in page.text
    assert (parcel.carrier, parcel.tracking, dict(parcel.pieces)) == ("DHL", "0034", {COAT: 2})
    assert order.fulfillment_status == "partially_delivered"
    assert [event.what for event in order.events][1:] == [
        "line.packed",
        "line.unpacked",
        "parcel.shipped",
        "parcel.delivered",
    ]
    assert {event.who for event in order.events[1:]} == {EMAIL}
    assert [message.task for message in sent.sent] == ["documents.mail"]


async def test_a_double_click_does_it_once(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    answers = await asyncio.gather(*(do(desk, number, "pack", pieces(coats=1), "click-1") for _ in range(4)))

    assert [answer.status for answer in answers] == [303] * 4
    assert [line.packed for line in (await look(database, number)).lines] == [1, 0]


async def test_another_form_under_a_used_id_is_told_so(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    await do(desk, number, "pack", pieces(coats=1), "click-1")

    again = await do(desk, number, "pack", pieces(coats=2), "click-1")

    assert again.status == 422
    assert note_of(again.text).startswith("This page has done something already.")
    assert value_of(again.text, f"pieces.{COAT}") == "2"
    assert value_of(again.text, "operation_id") != "click-1"
    assert [line.packed for line in (await look(database, number)).lines] == [1, 0]


@pytest.mark.parametrize(
    ("act", "fields", "status", "reason"),
    [
        ("pack", pieces(coats=3), 409, f"Only 2 of {COAT} can be packed, not 3."),
        ("pack", {}, 422, "Choose at least one piece."),
        ("pack", {"pieces.NOPE": "1"}, 422, "NOPE: This is not part of the order."),
        ("pack", {f"pieces.{COAT}": "two"}, 422, f"{COAT}: Enter a whole number."),
        ("pack", {"all": "<b>"}, 422, "Open the page afresh and try again."),
        ("ship", pieces(coats=1) | {"carrier": "x" * 41}, 422, "At most 40 printable characters."),
        ("ship", pieces(coats=1), 409, f"Only 0 of {COAT} can be sent, not 1."),
        ("deliver", {"shipment_id": "1"}, 409, "There is no such parcel."),
        ("deliver", {"shipment_id": "x"}, 422, "Open the page afresh and try again."),
        ("receive", {"return_id": "1", "restock": "yes", **pieces(coats=1)}, 409, "There is no such return."),
        ("receive", {"return_id": "1", **pieces(coats=1)}, 422, "Say whether they can be sold again."),
        ("record", {"amount": "12,505"}, 422, "Enter an amount in euros, as in 49 or 49.90."),
        ("record", {"amount": "0"}, 422, "From €0.01 to €1,000,000."),
        ("record", {"amount": "5", "note": "x" * 151}, 422, "At most 150 printable characters."),
        ("hold", {"reason": " "}, 422, "Say why, in 1 to 200 characters."),
        ("release", {}, 409, "The order is not on hold."),
        ("resend", {"reason": ""}, 422, "Say why, in 1 to 200 characters."),
        ("refund", {"amount": "1", "reason": "why"}, 409, "Only €0.00 was paid and kept, so no more can be refunded."),
        ("cancel", {"whole": "1", "reason": ""}, 422, "Say why, in 1 to 200 characters."),
        ("cancel", {"reason": "why"}, 422, "Choose at least one piece."),
    ],
)
async def test_what_is_refused_says_why_and_changes_nothing(
    desk: Browser, database: Database, act: str, fields: dict[str, str], status: int, reason: str
) -> None:
    number = await a_settled_order(database)
    before = await look(database, number)

    answer = await do(desk, number, act, fields)

    assert (answer.status, note_of(answer.text)) == (status, reason)
    assert await look(database, number) == before
    assert await count(database, "commands") == 0


async def test_everything_typed_is_kept_and_escaped(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    await do(desk, number, "pack", pieces(coats=2))
    evil = '"><script>alert(1)</script>'

    answer = await do(desk, number, "ship", pieces(coats=3) | {"carrier": evil, "tracking": "T 1"}, "op-7")

    assert answer.status == 409
    assert evil not in answer.text
    assert [value_of(answer.text, name) for name in ("carrier", "tracking", f"pieces.{COAT}")] == [evil, "T 1", "3"]
    assert 'value="op-7"' in answer.text


async def test_a_form_without_its_id_is_refused(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    answer = await desk.submit(f"/back-office/orders/{number}/pack", pieces(coats=1))

    assert answer.status == 422
    assert (await look(database, number)).lines[0].packed == 0


async def test_money_that_came_is_recorded_in_part_and_refunded_up_to_what_was_kept(
    desk: Browser, database: Database
) -> None:
    number = await a_settled_order(database)

    part = await do(desk, number, "record", {"amount": "12,50", "note": "cash"})
    rest = await do(desk, number, "record", {"amount": "110.50"})
    asked = await desk.get(f"/back-office/orders/{number}/refund")
    back = await do(desk, number, "refund", {"amount": "3", "reason": "a loose thread"})
    order = await look(database, number)
    page = await desk.get(f"/back-office/orders/{number}")

    assert [answer.status for answer in (part, rest, back)] == [303] * 3
    assert "<dt>Paid and kept: the most that can go back</dt><dd><b>€123.00</b></dd>" in asked.text
    assert order.paid_cents == 12300
    assert (order.due_cents, order.credits[0].credit.payout_cents, order.credits[0].who) == (12000, 300, EMAIL)
    assert "€12.50 cash" in [event.why for event in order.events]
    assert "<dt>On its way back</dt><dd>€3.00</dd>" in page.text
    assert "a loose thread" in page.text


async def test_canceling_asks_on_its_own_page_and_says_what_goes_back(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    await do(desk, number, "record", {"amount": "120"})

    asked = await desk.get(f"/back-office/orders/{number}/cancel")
    part = await do(desk, number, "cancel", pieces(scarves=1) | {"reason": "torn"})
    whole = await do(desk, number, "cancel", {"whole": "1", "reason": "lost"})
    order = await look(database, number)

    assert asked.status == 200
    assert "<dt>Canceled as a whole, goes back</dt><dd><b>€120.00</b></dd>" in asked.text
    assert (part.status, whole.status) == (303, 303)
    assert order.order_status == "canceled"
    assert [credit.credit.payout_cents for credit in order.credits] == [2000, 10000]
    assert [await stock_of(database, sku) for sku in (COAT, SCARF)] == [9, 9]


async def test_an_order_that_waits_for_its_payment_is_canceled_as_a_whole_only(
    desk: Browser, database: Database
) -> None:
    number = await an_order(database)

    asked = await desk.get(f"/back-office/orders/{number}/cancel")
    part = await do(desk, number, "cancel", pieces(scarves=1) | {"reason": "torn"})

    assert "Cancel these pieces" not in asked.text
    assert '<button class="go" name="whole" value="1">Cancel the order</button>' in asked.text
    assert part.status == 409
    assert (await look(database, number)).lines[1].canceled == 0


async def test_nobody_is_asked_about_what_cannot_be_done(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    answer = await desk.get(f"/back-office/orders/{number}/refund")

    assert (answer.status, note_of(answer.text)) == (409, "This cannot be done just now.")


async def test_a_held_order_offers_to_go_on_and_nothing_is_packed(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    held = await do(desk, number, "hold", {"reason": "Is the address right?"})
    page = await desk.get(held.headers["Location"])
    packed = await do(desk, number, "pack", pieces(coats=1))
    released = await do(desk, number, "release", {})

    assert "On hold: Is the address right?" in page.text
    assert acts_of(page.text) == {"release", "record", "resend", "cancel"}
    assert (packed.status, released.status) == (409, 303)
    assert (await look(database, number)).order_status == "processing"


async def test_the_receipt_goes_again_with_who_and_why(desk: Browser, database: Database, sent: ListPublisher) -> None:
    number = await a_settled_order(database)

    answer = await do(desk, number, "resend", {"reason": "It went to spam"})
    order = await look(database, number)

    assert answer.status == 303
    assert [(step.step, step.ref) for step in order.steps][-1] == ("receipt", 2)
    assert (order.events[-1].what, order.events[-1].who, order.events[-1].why) == (
        "receipt.resent",
        EMAIL,
        "It went to spam",
    )
    assert [message.task for message in sent.sent] == ["documents.receipt"]


async def test_what_needed_a_person_is_cleared(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    await do(desk, number, "record", {"amount": "500"})
    page = await desk.get(f"/back-office/orders/{number}")

    cleared = await do(desk, number, "clear", {})

    assert "More was paid than the order costs." in page.text
    assert "clear" in acts_of(page.text)
    assert cleared.status == 303
    assert (await look(database, number)).attention is None


async def test_other_addresses_below_an_order_are_not_there(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    assert (await do(desk, number, "explode", {})).status == 404
    assert (await do(desk, "0000-0000", "pack", pieces(coats=1))).status == 404
    led_back = await desk.get(f"/back-office/orders/{number}/pack")
    assert (led_back.status, led_back.headers["Location"]) == (303, f"/back-office/orders/{number}")


async def test_another_site_cannot_send_the_forms(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    foreign = [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}]
    path = f"/back-office/orders/{number}/pack"
    answers = [await desk.submit(path, pieces(coats=1) | {"operation_id": "x"}, headers) for headers in foreign]

    assert [answer.status for answer in answers] == [403] * 3
    assert (await look(database, number)).lines[0].packed == 0
