"""What the log says of signing in, of what one may not do, and of what was refused; nobody is named by address."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio

from shared.db import Database
from shared.security_log import address_mark
from storefront.shop import Shop
from tests.web.accounts import EMAIL, PASSWORD, a_user, forget_rates, sign_in
from tests.web.baskets import fill, order, wish
from tests.web.browser import Browser
from tests.web.desk import a_settled_order, do, sign_in_as

Told = Callable[[], list[tuple[str, dict[str, Any]]]]


@pytest_asyncio.fixture(autouse=True)
async def _fresh(shop: Shop, database: Database) -> None:
    await forget_rates(shop)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[Told]:
    """The events since it was asked last, with their facts; at the end nobody's address stands in any line."""

    def since() -> list[tuple[str, dict[str, Any]]]:
        found = [(record.getMessage(), vars(record)["facts"]) for record in caplog.records if record.name == "security"]
        caplog.records.clear()
        return found

    with caplog.at_level(logging.INFO):
        yield since
        assert EMAIL not in caplog.text
        assert PASSWORD not in caplog.text


async def test_every_sign_in_and_sign_out_is_told(browser: Browser, shop: Shop, told: Told) -> None:
    user_id = await a_user(shop)
    told()

    await sign_in(browser, password="wrong password")
    await sign_in(browser, "nobody@example.com")
    refused = told()
    await sign_in(browser)
    entered = told()
    await browser.submit("/account/sign-out", {})

    assert refused == [
        ("sign-in refused", {"account": address_mark(EMAIL)}),
        ("sign-in refused", {"account": address_mark("nobody@example.com")}),
    ]
    assert entered == [("signed in", {"user": user_id})]
    assert [event for event, _ in told()] == ["session ended"]


async def test_the_back_office_tells_of_them_too(browser: Browser, database: Database, told: Told) -> None:
    await browser.submit("/back-office/sign-in", {"email": EMAIL, "password": PASSWORD})
    await browser.submit("/back-office/sign-out", {})

    assert told() == [("sign-in refused", {"account": address_mark(EMAIL)})]


async def test_changes_of_a_password_and_the_end_of_an_account_are_told(
    browser: Browser, shop: Shop, told: Told
) -> None:
    user_id = await a_user(shop)
    await sign_in(browser)
    told()

    await browser.submit("/account/password", {"current": "wrong", "password": "another password"})
    refused = told()
    await browser.submit("/account/password", {"current": PASSWORD, "password": "another password"})
    changed = told()
    await browser.submit("/account/delete", {"password": "wrong"})
    await browser.submit("/account/delete", {"password": "another password"})

    assert refused == [("password refused", {"user": user_id})]
    assert changed[0] == ("password set", {"user": user_id})
    assert told() == [("password refused", {"user": user_id}), ("account deleted", {"user": user_id})]


async def test_what_somebody_may_not_do_is_told_with_who_it_was(
    browser: Browser, database: Database, told: Told
) -> None:
    number = await a_settled_order(database)
    await sign_in_as(browser, database, "viewer")
    async with database.writer() as connection:
        row = await connection.row("SELECT id FROM staff")
    assert row

    answer = await do(browser, number, "hold", {"reason": "x"})
    bank = await browser.get("/back-office/bank")

    assert (answer.status, bank.status) == (403, 403)
    assert told() == [("not allowed", {"staff": row["id"], "role": "viewer"})] * 2


async def test_a_look_at_somebody_elses_order_is_told(
    new_browser: Callable[[], Browser], database: Database, told: Told
) -> None:
    buyer, stranger = new_browser(), new_browser()
    number = (await order(buyer, wish(await fill(buyer, database)))).json["number"]

    await buyer.get(f"/orders/{number}")
    mine = told()
    answer = await stranger.get(f"/orders/{number}?key=guessed")

    assert (mine, answer.status) == ([], 404)
    theirs = [("not theirs", {"order": number})]
    assert told() == theirs


@pytest.mark.parametrize(
    ("headers", "body", "route", "error"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, "sku=A&quantity=1", "/cart/items", "forbidden"),
        ({"Sec-Fetch-Site": "same-origin"}, "sku=A&sku=B", "/cart/items", "unreadable"),
        ({"Sec-Fetch-Site": "same-origin"}, "sku=&quantity=1", "/cart/items", "validation"),
        ({"Host": "evil.example"}, "sku=A&quantity=1", "/cart/items", "wrong-host"),
        ({"Sec-Fetch-Site": "same-origin"}, "x" * 70_000, "/cart/items", "too-large"),
    ],
)
async def test_what_was_refused_is_told_with_its_route(
    browser: Browser, told: Told, headers: dict[str, str], body: str, route: str, error: str
) -> None:
    await browser.submit(route, body, headers)

    assert told() == [("request refused", {"route": route, "error": error})]


async def test_a_limit_that_was_met_is_told(browser: Browser, told: Told) -> None:
    for _ in range(11):
        await sign_in(browser, "nobody@example.com")

    assert told()[-1] == ("request refused", {"route": "/account/sign-in", "error": "too-many"})
