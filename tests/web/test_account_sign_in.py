"""Getting an account, into it and out of it."""

import re
from collections.abc import Callable

import pytest
import pytest_asyncio

from shared.db import Database
from shared.queries.users import lock_user
from storefront.shop import Shop
from tests.web.accounts import EMAIL, PASSWORD, a_user, forget_rates, last_link, sign_in
from tests.web.browser import Browser


@pytest_asyncio.fixture(autouse=True)
async def _fresh(shop: Shop, database: Database) -> None:
    await forget_rates(shop)


async def test_a_shopper_registers_proves_the_address_and_is_signed_in(
    browser: Browser, shop: Shop, database: Database
) -> None:
    answer = await browser.submit("/account/register", {"email": EMAIL, "password": PASSWORD})
    assert answer.status == 200
    assert EMAIL in answer.text
    token = await last_link(shop, database)
    assert 'value="' + token in (await browser.get(f"/account/verify?token={token}")).text

    proven = await browser.submit("/account/verify", {"token": token, "password": PASSWORD})

    assert (proven.status, proven.headers["Location"]) == (303, "/account")
    assert await shop.sessions.who(browser.cookies["session"])
    assert (await browser.get(f"/account/verify?token={token}")).status == 410


async def test_a_known_and_an_unknown_address_are_told_the_same(browser: Browser, shop: Shop) -> None:
    await a_user(shop)

    for path in ("/account/register", "/account/forgotten"):
        texts = []
        for email in (EMAIL, "kurt@example.com"):
            answer = await browser.submit(path, {"email": email, "password": "another password"})
            texts.append((answer.status, answer.text.replace(email, "…")))
        assert texts[0] == texts[1]
    wrong = [await sign_in(browser, email, "wrong password") for email in (EMAIL, "kurt@example.com", "x@example.com")]
    assert {(answer.status, re.sub(r"[a-z]+@example\.com", "…", answer.text)) for answer in wrong} == {
        (422, re.sub(r"[a-z]+@example\.com", "…", wrong[0].text))
    }


async def test_signing_in_gives_a_new_session_and_ends_the_one_before(browser: Browser, shop: Shop) -> None:
    await a_user(shop)
    await sign_in(browser)
    before = browser.cookies["session"]

    answer = await sign_in(browser, next="/account/orders")

    assert (answer.status, answer.headers["Location"]) == (303, "/account/orders")
    assert browser.cookies["session"] != before
    assert await shop.sessions.who(before) is None
    cookies = [line for line in answer.headers.get_list("Set-Cookie") if line.startswith(("session=", "device="))]
    assert len(cookies) == 2
    assert all("HttpOnly" in line and "SameSite=Lax" in line for line in cookies)


async def test_a_session_is_dead_after_signing_out_even_when_its_cookie_is_sent_again(
    browser: Browser, shop: Shop
) -> None:
    await a_user(shop)
    await sign_in(browser)
    secret = browser.cookies["session"]

    answer = await browser.submit("/account/sign-out", {})

    assert (answer.status, answer.headers["Location"]) == (303, "/account/sign-in")
    assert await shop.sessions.who(secret) is None
    assert (await browser.get("/account/sign-out")).status == 405


@pytest.mark.parametrize("going_on", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "x"])
async def test_signing_in_leads_to_our_own_pages_only(browser: Browser, shop: Shop, going_on: str) -> None:
    await a_user(shop)

    answer = await sign_in(browser, next=going_on)

    assert answer.headers["Location"] == "/account"


async def test_the_eleventh_wrong_password_is_not_looked_at_but_a_known_browser_gets_in(
    browser: Browser, new_browser: Callable[[], Browser], shop: Shop
) -> None:
    await a_user(shop)
    owner = new_browser()
    await sign_in(owner)

    answers = [(await sign_in(browser, password="wrong password")).status for _ in range(11)]

    assert answers == [422] * 10 + [429]
    assert (await sign_in(browser)).status == 429
    assert (await sign_in(owner)).status == 303


async def test_the_device_cookie_of_another_account_is_of_no_use(
    browser: Browser, new_browser: Callable[[], Browser], shop: Shop
) -> None:
    await a_user(shop)
    await a_user(shop, "eve@example.com")
    eve = new_browser()
    await sign_in(eve, "eve@example.com")
    for _ in range(10):
        await sign_in(browser, password="wrong password")

    assert (await sign_in(eve)).status == 429


async def test_a_mailed_link_sets_a_new_password_and_ends_all_sessions(
    browser: Browser, new_browser: Callable[[], Browser], shop: Shop, database: Database
) -> None:
    await a_user(shop)
    elsewhere = new_browser()
    await sign_in(elsewhere)
    await browser.submit("/account/forgotten", {"email": EMAIL})
    token = await last_link(shop, database)

    answer = await browser.submit("/account/reset", {"token": token, "password": "another password"})

    assert (answer.status, answer.headers["Location"]) == (303, "/account")
    assert await shop.sessions.who(elsewhere.cookies["session"]) is None
    assert (await sign_in(elsewhere)).status == 422
    assert (await browser.submit("/account/reset", {"token": token, "password": "a third one"})).status == 410


@pytest.mark.parametrize("length", [7, 257, 1000])
async def test_a_password_has_8_to_256_characters(browser: Browser, length: int) -> None:
    answer = await browser.submit("/account/register", {"email": EMAIL, "password": "ш" * length})

    assert answer.status == 422
    assert "A password has 8 to 256 characters." in answer.text
    assert "<title>Error: Make an account" in answer.text


@pytest.mark.parametrize("email", ["", "jana", "jana@example.com\r\nBcc: eve@example.com", "a" * 250 + "@example.com"])
async def test_what_is_no_address_is_said_beside_its_field(browser: Browser, email: str) -> None:
    for path in ("/account/register", "/account/forgotten"):
        answer = await browser.submit(path, {"email": email, "password": PASSWORD})

        assert answer.status == 422
        assert 'id="email-fault"' in answer.text


async def test_another_site_cannot_sign_anybody_in_or_out(browser: Browser) -> None:
    for path in ("sign-in", "sign-out", "register", "verify", "forgotten", "reset"):
        answer = await browser.submit(f"/account/{path}", {}, {"Sec-Fetch-Site": "cross-site"})

        assert answer.status == 403


async def test_nobody_has_more_than_five_mails_an_hour_sent_to_one_address(browser: Browser) -> None:
    answers = [(await browser.submit("/account/forgotten", {"email": "x@example.com"})).status for _ in range(6)]

    assert answers == [200] * 5 + [429]


async def test_who_signs_in_while_the_account_is_being_changed_for_long_is_told_to_come_back(
    browser: Browser, shop: Shop, database: Database
) -> None:
    user_id = await a_user(shop)

    async with database.transaction() as connection:
        await connection.execute("SET SESSION wait_timeout = 60")  # longer than the sign-in waits for the lock
        await lock_user(connection, user_id)
        answer = await sign_in(browser)
        await connection.execute("SET SESSION wait_timeout = 5")

    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert "session" not in browser.cookies
