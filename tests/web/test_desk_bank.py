"""A bank's file in the back office: looked through, recorded once, refused with line and field."""

import asyncio
import re

import pytest
import pytest_asyncio

from shared.db import Database
from shared.services.incoming import record_payment
from shared.services.order_commands import Command
from storefront.handlers.desk_bank import UPLOAD_LIMIT
from tests.factories import count, place
from tests.web.browser import OURS, Answer, Browser
from tests.web.desk import COAT, EMAIL, a_settled_order, look, sign_in_as, value_of

HEADING = "Buchungstag;Name;Verwendungszweck;Betrag\n"
BOUNDARY = "the-tests-boundary"


@pytest_asyncio.fixture
async def desk(browser: Browser, database: Database) -> Browser:
    """A browser in which a clerk is signed in."""
    await sign_in_as(browser, database, "clerk")
    return browser


async def upload(browser: Browser, content: bytes | str, name: str = "file", filename: str = "umsatz.csv") -> Answer:
    bare = content.encode() if isinstance(content, str) else content
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
    body = head.encode() + bare + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return await browser.ask("POST", "/back-office/bank", body, {**kind, **OURS})


async def record(browser: Browser, asked: Answer, *more: str) -> Answer:
    """Confirm what is ticked, and more lines by their field."""
    ticked = re.findall(r'name="(line-\d+)" value="1" checked', asked.text)
    fields = {"transfers": value_of(asked.text, "transfers")} | dict.fromkeys((*ticked, *more), "1")
    return await browser.submit("/back-office/bank/record", fields)


def row(number: str, amount: str, purpose: str = "Bestellung {}", day: str = "25.11.2026") -> str:
    return f"{day};Jana Ł;{purpose.format(number)};{amount}\n"


def words_of(page: str) -> list[str]:
    """What each line of the file is."""
    return re.findall(r'<td><span class="chip[^"]*">([^<]+)</span></td>', page)


async def test_a_file_is_looked_through_line_by_line_before_anything_is_recorded(
    desk: Browser, database: Database
) -> None:
    number = await a_settled_order(database)
    placed = await place(database, {COAT: 1}, "cart-2", payment_method="card", payment_token="tok_success")
    by_card = placed.order.number
    spaced = number.lower().replace("-", " ")
    rows = [
        *(row(number, "100,00"), row(spaced, "20,00"), row(number, "1,00"), row("unknown", "9,00")),
        *(row(by_card, "54,90"), row(f"{number} und {by_card}", "5,00"), row("Miete", "-800,00")),
    ]

    asked = await upload(desk, HEADING + "".join(rows))

    assert asked.status == 200
    assert words_of(asked.text) == [
        "Less than open",
        "Fits",
        "More than open",
        "Fits no order",
        "Order paid by card",
        "Names several orders",
    ]
    assert re.findall(r'name="(line-\d)" value="1"( checked)?', asked.text) == [
        ("line-0", " checked"),
        ("line-1", " checked"),
        ("line-2", ""),
    ]
    assert "1 line left out: money that went out" in asked.text
    assert (await look(database, number)).paid_cents == 0


async def test_what_is_confirmed_is_recorded_with_who_and_when(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    asked = await upload(desk, HEADING + row(number, "100,00") + row(number, "20,00"))
    done = await record(desk, asked)
    page = await desk.get(done.headers["Location"])
    order = await look(database, number)

    assert (done.status, done.headers["Location"]) == (303, "/back-office/bank?done=2")
    assert "2 payments of this file are on record." in page.text
    assert (order.paid_cents, order.payment_status) == (12000, "paid")
    assert [(event.who, event.why) for event in order.events if event.what == "payment.received"] == [
        (EMAIL, "€100.00 booked 2026-11-25, Jana Ł"),
        (EMAIL, "€20.00 booked 2026-11-25, Jana Ł"),
    ]


async def test_the_same_file_and_one_that_overlaps_record_nothing_twice(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    first = HEADING + row(number, "10,00") * 2
    longer = HEADING + row(number, "5,00", day="24.11.2026") + row(number, "10,00") * 3

    asked = await upload(desk, first)
    await asyncio.gather(*(record(desk, asked) for _ in range(3)))
    again = await upload(desk, first)
    overlapping = await upload(desk, longer.replace(";", ",").replace("10,00", '"10,00"').replace("5,00", '"5,00"'))
    await record(desk, overlapping)

    assert words_of(again.text) == ["Recorded before", "Recorded before"]
    assert words_of(overlapping.text) == ["Less than open", "Recorded before", "Recorded before", "Less than open"]
    assert (await look(database, number)).paid_cents == 3500
    assert await count(database, "payment_events") == 4


async def test_too_much_is_recorded_when_a_person_says_so(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    asked = await upload(desk, HEADING + row(number, "500,00"))
    none = await record(desk, asked)
    all_of_it = await record(desk, asked, "line-0")
    order = await look(database, number)

    assert none.status == 422
    assert "Nothing was ticked, so nothing was recorded." in none.text
    assert all_of_it.status == 303
    assert (order.paid_cents, order.attention) == (50000, "More was paid than the order costs.")


async def test_one_that_is_refused_meanwhile_is_told_and_the_others_are_recorded(
    desk: Browser, database: Database
) -> None:
    number = await a_settled_order(database)
    other = (await place(database, {COAT: 1}, "cart-2")).order.number
    asked = await upload(desk, HEADING + row(number, "120,00") + row(other, "54,90"))
    async with database.writer() as connection:
        await connection.execute("UPDATE orders SET payment_method = 'card' WHERE number = %s", (other,))

    done = await record(desk, asked)

    assert done.status == 409
    assert f"{other}</a>, €54.90, booked 2026-11-25, Jana Ł: The order is paid by card" in done.text
    assert "1 payment of this file is on record." in done.text
    assert [(await look(database, name)).paid_cents for name in (number, other)] == [12000, 0]


async def test_transfers_that_somebody_changed_are_not_recorded(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    asked = await upload(desk, HEADING + row(number, "1,00"))
    sealed = value_of(asked.text, "transfers").replace('"amount_cents":100', '"amount_cents":100000')

    for changed in (sealed, "", "ä" * 70):
        answer = await desk.submit("/back-office/bank/record", {"transfers": changed, "line-0": "1"})
        assert answer.status == 422
        assert "Choose the bank&#39;s file once more." in answer.text
    assert (await look(database, number)).paid_cents == 0


async def test_a_payment_by_hand_is_not_hidden_by_the_file(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    await record_payment(database, number, Command("by-hand", EMAIL), 12000, "")

    asked = await upload(desk, HEADING + row(number, "120,00"))

    assert words_of(asked.text) == ["More than open"]
    assert 'value="1" checked' not in asked.text


async def test_a_broken_file_names_line_and_field(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    answer = await upload(desk, HEADING + row(number, "1,00") + row(number, "<b>"))

    assert answer.status == 422
    assert "Line 3, Betrag: “&lt;b&gt;” is no amount, as in 1.234,50 or 1,234.50." in answer.text
    assert "<title>Error: Bank" in answer.text


@pytest.mark.parametrize(
    ("content", "name", "status"), [("", "file", 422), ("x", "other", 422), (b"\x00" * 10, "file", 422)]
)
async def test_what_is_no_file_of_a_bank_is_refused(desk: Browser, content: bytes, name: str, status: int) -> None:
    assert (await upload(desk, content, name)).status == status


@pytest.mark.parametrize("filename", ["umsatz.csv.exe", "umsatz", "umsatz.xlsx", "csv"])
async def test_a_file_of_another_kind_is_refused_by_its_name(desk: Browser, filename: str) -> None:
    answer = await upload(desk, HEADING, filename=filename)

    assert answer.status == 422
    assert "The bank&#39;s file ends in .csv or .txt." in answer.text


@pytest.mark.parametrize("filename", ["UMSATZ.CSV", "../umsatz.txt"])
async def test_a_files_name_is_not_used_for_anything_else(desk: Browser, filename: str) -> None:
    assert (await upload(desk, HEADING + row("unknown", "9,00"), filename=filename)).status == 200


async def test_a_form_that_is_no_upload_is_refused(desk: Browser) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x", **OURS}

    assert (await desk.submit("/back-office/bank", {"file": "x"})).status == 422
    assert (await desk.ask("POST", "/back-office/bank", b"no part at all", kind)).status == 400


async def test_a_file_of_a_megabyte_is_read_and_a_larger_one_is_not(desk: Browser) -> None:
    lines = row("x" * 500, "1,00") * 1_900

    read, too_large = await upload(desk, HEADING + lines), await upload(desk, b"x" * UPLOAD_LIMIT)

    assert (read.status, too_large.status) == (200, 413)
    assert (await desk.submit("/back-office/sign-in", {"email": "x" * 70_000})).status == 413


async def test_another_site_can_neither_upload_nor_record(desk: Browser) -> None:
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

    for path in ("", "/record"):
        for origin in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
            assert (await desk.ask("POST", f"/back-office/bank{path}", b"x", {**kind, **origin})).status == 403


async def test_names_and_purposes_are_escaped(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    evil = "<script>alert(1)</script>"

    asked = await upload(desk, HEADING + f"25.11.2026;{evil};{number} {evil};1,00\n")
    await record(desk, asked)
    page = await desk.get(f"/back-office/orders/{number}")

    assert evil not in asked.text + page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


async def test_a_long_file_is_recorded_in_lots(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    text = HEADING + row(number, "0,01") * 201

    asked = await upload(desk, text)
    done = await record(desk, asked)
    rest = await upload(desk, text)

    assert "1 payment more fit an order." in asked.text
    assert done.headers["Location"] == "/back-office/bank?done=200"
    assert words_of(rest.text).count("Recorded before") == 200
    assert (await look(database, number)).paid_cents == 200
