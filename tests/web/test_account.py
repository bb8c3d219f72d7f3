"""The account: its orders, addresses, sessions and password; somebody else's are not there."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from shared.db import Database
from storefront.shop import Shop
from tests.factories import add_variant, count, place
from tests.web.accounts import EMAIL, PASSWORD, a_user, sign_in
from tests.web.baskets import ADDRESS, fill, order, wish
from tests.web.browser import Browser
from tests.web.desk import sign_in_as

HERS = {**ADDRESS}
PAGES = ("", "/orders", "/addresses", "/sessions", "/password", "/email", "/export", "/delete")


@pytest.mark.parametrize("page", PAGES)
async def test_whoever_is_not_signed_in_is_sent_to_sign_in(browser: Browser, page: str) -> None:
    answer = await browser.get(f"/account{page}")

    assert (answer.status, answer.headers["Location"]) == (303, f"/account/sign-in?next=/account{page}")


@pytest.mark.parametrize("page", PAGES)
async def test_every_page_of_the_account_is_shown_and_kept_by_nobody(jana: Browser, page: str) -> None:
    answer = await jana.get(f"/account{page}")

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.count("<h1>") == 1


async def test_an_order_placed_while_signed_in_stands_in_the_account_and_is_read_there_only(
    jana: Browser, eve: Browser, database: Database
) -> None:
    cart = await fill(jana, database)
    number = (await order(jana, wish(cart))).json["number"]

    assert f'href="/orders/{number}"' in (await jana.get("/account/orders")).text
    assert (await jana.get(f"/orders/{number}")).status == 200
    assert number not in (await eve.get("/account/orders")).text
    assert (await eve.get(f"/orders/{number}")).status == 404
    jana.cookies.pop("session")
    assert (await jana.get(f"/orders/{number}")).status == 404


async def test_guest_orders_with_the_proven_address_stand_in_the_account(jana: Browser, database: Database) -> None:
    await add_variant(database)
    number = (await place(database, {"WC14-NAV-M": 1}, email="JANA@example.com")).order.number
    assert number not in (await jana.get("/account")).text

    await sign_in(jana)

    assert number in (await jana.get("/account")).text
    assert (await jana.get(f"/orders/{number}")).status == 200


async def test_the_checkout_knows_whoever_is_signed_in(jana: Browser, database: Database) -> None:
    await jana.submit("/account/addresses", HERS)
    await fill(jana, database)

    page = (await jana.get("/checkout")).text

    assert f'value="{EMAIL}"' in page
    assert 'value="Jana Łukaszewicz"' in page
    assert 'value="10969"' in page


async def test_an_order_of_the_form_belongs_to_the_account(jana: Browser, database: Database) -> None:
    await fill(jana, database)
    page = (await jana.get("/checkout")).text
    hidden = dict(re.findall(r'name="(checkout_key|cart_revision|seen)" value="([^"]*)"', page))
    form: dict[str, Any] = {**hidden, **HERS, "email": EMAIL, "shipping_method": "standard", "payment": "invoice"}

    answer = await jana.submit("/checkout", {**form, "billing_same": "1"})

    assert answer.status == 303, answer.text
    number = answer.headers["Location"].split("/")[2].split("?")[0]
    assert number in (await jana.get("/account/orders")).text


async def test_ordering_again_fills_the_cart_and_says_what_is_missing(jana: Browser, database: Database) -> None:
    for sku, stock in (("WC14-NAV-M", 9), ("WS02-RED-M", 3)):
        await add_variant(database, sku, stock=stock)
    number = (await place(database, {"WC14-NAV-M": 2, "WS02-RED-M": 2}, email=EMAIL)).order.number
    await sign_in(jana)

    answer = await jana.submit(f"/account/orders/{number}/again", {"operation_id": "again-1"})

    assert answer.status == 200
    assert "Wool coat, navy, M: 1 of 2" in answer.text
    cart = (await jana.api("GET", "/cart")).json
    assert {line["sku"]: line["quantity"] for line in cart["lines"]} == {"WC14-NAV-M": 2, "WS02-RED-M": 1}


async def test_nobody_orders_again_what_somebody_else_ordered(jana: Browser, eve: Browser, database: Database) -> None:
    number = (await order(jana, wish(await fill(jana, database)))).json["number"]

    answer = await eve.submit(f"/account/orders/{number}/again", {"operation_id": "again-1"})

    assert answer.status == 404


def ids(page: str) -> list[str]:
    return re.findall(r"change=(\d+)", page)


async def test_the_first_address_is_the_default_until_another_is_chosen(jana: Browser) -> None:
    await jana.submit("/account/addresses", HERS)
    await jana.submit("/account/addresses", {**HERS, "line1": "Vesterbrogade 12", "postcode": "1620", "country": "DK"})
    first, second = ids((await jana.get("/account/addresses")).text)

    await jana.submit("/account/addresses", {"first": second})

    assert ids((await jana.get("/account/addresses")).text) == [second, first]
    await jana.submit("/account/addresses", {"remove": second})
    page = (await jana.get("/account/addresses")).text
    assert ids(page) == [first]
    assert page.count("used first") == 1


async def test_an_address_is_changed_and_its_faults_are_told_beside_their_fields(jana: Browser) -> None:
    await jana.submit("/account/addresses", HERS)
    (known,) = ids((await jana.get("/account/addresses")).text)

    refused = await jana.submit("/account/addresses", {**HERS, "change": known, "postcode": "1096"})
    kept = await jana.submit("/account/addresses", {**HERS, "change": known, "line1": '<b>"Straße"</b> 1'})

    assert refused.status == 422
    assert "Germany uses five digits, as in 10969." in refused.text
    assert kept.status == 303
    assert "&lt;b&gt;&#34;Straße&#34;&lt;/b&gt; 1" in (await jana.get("/account/addresses")).text


async def test_somebody_elses_address_is_not_there(jana: Browser, eve: Browser) -> None:
    await jana.submit("/account/addresses", HERS)
    (hers,) = ids((await jana.get("/account/addresses")).text)

    assert (await eve.get(f"/account/addresses?change={hers}")).status == 404
    assert (await eve.submit("/account/addresses", {**HERS, "change": hers})).status == 404
    assert (await eve.submit("/account/addresses", {"first": hers})).status == 404
    await eve.submit("/account/addresses", {"remove": hers})
    assert ids((await jana.get("/account/addresses")).text) == [hers]


async def test_an_address_book_is_full_at_twenty(jana: Browser) -> None:
    answers = [(await jana.submit("/account/addresses", HERS)).status for _ in range(21)]

    assert answers == [303] * 20 + [409]


async def test_one_session_is_ended_from_another(jana: Browser, new_browser: Callable[[], Browser]) -> None:
    phone = new_browser()
    await sign_in(phone)
    (other,) = re.findall(r'name="end" value="(\d+)"', (await jana.get("/account/sessions")).text)

    await jana.submit("/account/sessions", {"end": other})

    assert (await phone.get("/account")).status == 303
    assert (await jana.get("/account")).status == 200


async def test_a_new_password_ends_all_other_sessions_and_renews_this_one(
    jana: Browser, new_browser: Callable[[], Browser]
) -> None:
    phone = new_browser()
    await sign_in(phone)
    before = jana.cookies["session"]

    wrong = await jana.submit("/account/password", {"current": "wrong", "password": "another password"})
    answer = await jana.submit("/account/password", {"current": PASSWORD, "password": "another password"})

    assert (wrong.status, answer.status) == (422, 303)
    assert "This is not your password." in wrong.text
    assert jana.cookies["session"] != before
    assert (await jana.get("/account")).status == 200
    assert (await phone.get("/account")).status == 303


async def test_ones_own_data_is_taken_along_as_json(jana: Browser, eve: Browser, database: Database) -> None:
    await jana.submit("/account/addresses", HERS)
    number = (await order(jana, wish(await fill(jana, database)))).json["number"]

    left = await fill(jana, database, sku="HT03-RED-M", quantity=2)
    assert left["item_count"] == 2

    answer = await jana.get("/account/export?format=json")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert answer.json["email"] == EMAIL
    assert answer.json["addresses"] == [{"is_default": True, **ADDRESS}]
    assert [each["number"] for each in answer.json["orders"]] == [number]
    assert answer.json["cart"] == [{"sku": "HT03-RED-M", "quantity": 2}]
    page = (await jana.get("/account/export")).text
    assert number in page
    assert "2 of HT03-RED-M" in page
    assert (await eve.get("/account/export?format=json")).json["orders"] == []


async def test_a_deleted_account_leaves_its_orders_and_nothing_else(
    jana: Browser, shop: Shop, database: Database
) -> None:
    await jana.submit("/account/addresses", HERS)
    placed = (await order(jana, wish(await fill(jana, database)))).json
    session = jana.cookies["session"]

    wrong = await jana.submit("/account/delete", {"password": "wrong"})
    answer = await jana.submit("/account/delete", {"password": PASSWORD})

    assert (wrong.status, answer.status) == (422, 200)
    assert await shop.sessions.who(session) is None
    assert await count(database, "addresses") == 0
    async with database.writer() as connection:
        users = await connection.rows("SELECT email, password_hash FROM users")
        orders = await connection.rows("SELECT user_id, number FROM orders")
    assert users == [{"email": "", "password_hash": None}]
    assert orders == [{"user_id": None, "number": placed["number"]}]
    assert (await sign_in(jana)).status == 422
    await a_user(shop)
    assert (await sign_in(jana)).status == 303


async def test_a_session_of_the_back_office_opens_no_account_and_the_other_way_round(
    jana: Browser, browser: Browser, database: Database
) -> None:
    await sign_in_as(browser, database)
    browser.cookies["session"] = browser.cookies["staff_session"]
    jana.cookies["staff_session"] = jana.cookies["session"]

    assert (await browser.get("/account")).status == 303
    assert (await jana.get("/back-office/orders")).status == 303
