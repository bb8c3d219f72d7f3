"""Mailed links that are used twice, late, for something else or for somebody else, and passwords of every kind."""

from collections.abc import Callable

import pytest
import pytest_asyncio

from shared.db import Database
from shared.services.staff import add_staff, make_password_link
from storefront.shop import Shop
from tests.web.accounts import EMAIL, PASSWORD, a_user, forget_rates, last_link, sign_in
from tests.web.baskets import ADDRESS, fill, order, wish
from tests.web.browser import Answer, Browser

EVE, ANOTHER = "eve@example.com", "another password"
BROKEN = (
    "jana@example.com\r\nBcc: eve@example.com",
    "jana@example.com\nX: y",
    "jana\r@example.com",
    "a\x0b@example.com",
)


@pytest_asyncio.fixture(autouse=True)
async def _fresh(shop: Shop, database: Database) -> None:
    await forget_rates(shop)


async def _ask_for_link(browser: Browser, shop: Shop, email: str = EMAIL) -> str:
    await browser.submit("/account/forgotten", {"email": email})
    return await last_link(shop, shop.database)


async def _use(browser: Browser, token: str, password: str = ANOTHER, page: str = "reset") -> Answer:
    return await browser.submit(f"/account/{page}", {"token": token, "password": password})


async def test_a_link_that_was_used_says_so_and_changes_nothing(browser: Browser, shop: Shop) -> None:
    await a_user(shop)
    token = await _ask_for_link(browser, shop)
    await _use(browser, token)

    again = [await _use(browser, token, "a third password"), await browser.get(f"/account/reset?token={token}")]

    assert [answer.status for answer in again] == [410, 410]
    assert (await sign_in(browser, password="a third password")).status == 422
    assert (await sign_in(browser, password=ANOTHER)).status == 303


async def test_of_several_links_one_use_ends_all(browser: Browser, shop: Shop) -> None:
    await a_user(shop)
    earlier, later = await _ask_for_link(browser, shop), await _ask_for_link(browser, shop)

    assert (await _use(browser, later)).status == 303
    assert (await _use(browser, earlier, "a third password")).status == 410


async def test_a_link_that_comes_late_says_so(browser: Browser, shop: Shop, database: Database) -> None:
    await a_user(shop)
    token = await _ask_for_link(browser, shop)
    async with database.writer() as connection:
        await connection.execute("UPDATE tokens SET expires_at = UTC_TIMESTAMP(6)")

    assert (await _use(browser, token)).status == 410
    assert (await sign_in(browser)).status == 303


async def test_a_link_is_its_own_accounts_whoever_is_signed_in(
    browser: Browser, new_browser: Callable[[], Browser], shop: Shop
) -> None:
    await a_user(shop)
    await a_user(shop, EVE)
    await sign_in(browser)
    token = await _ask_for_link(new_browser(), shop, EVE)

    await _use(browser, token)

    assert (await sign_in(new_browser(), EMAIL, PASSWORD)).status == 303
    assert (await sign_in(new_browser(), EVE, ANOTHER)).status == 303
    assert (await sign_in(new_browser(), EMAIL, ANOTHER)).status == 422


async def test_proving_an_address_takes_the_password_that_was_chosen_with_it(browser: Browser, shop: Shop) -> None:
    await browser.submit("/account/register", {"email": EMAIL, "password": PASSWORD})
    token = await last_link(shop, shop.database)

    wrong = await _use(browser, token, ANOTHER, "verify")

    assert wrong.status == 422
    assert (await sign_in(browser)).status == 422
    assert (await _use(browser, token, PASSWORD, "verify")).status == 303


@pytest.mark.parametrize("junk", ["", "x", "A" * 43, "A" * 8000, "ä" * 43, "' OR 1=1 --"])
async def test_junk_is_no_link(browser: Browser, junk: str) -> None:
    for page in ("verify", "reset"):
        assert (await _use(browser, junk, ANOTHER, page)).status == 410
    typed = {"token": junk, "password": ANOTHER, "again": ANOTHER}
    assert (await browser.submit("/back-office/password", typed)).status == 410


async def test_links_of_staff_and_shoppers_are_of_no_use_to_each_other(
    browser: Browser, shop: Shop, database: Database
) -> None:
    await a_user(shop)
    shoppers = await _ask_for_link(browser, shop)
    staff = await make_password_link(database, (await add_staff(database, EMAIL, "manager")).id)

    for page in ("verify", "reset"):
        assert (await _use(browser, staff, ANOTHER, page)).status == 410
    typed = {"token": shoppers, "password": ANOTHER, "again": ANOTHER}
    assert (await browser.submit("/back-office/password", typed)).status == 410
    assert (await _use(browser, shoppers, ANOTHER, "verify")).status == 410
    assert (await _use(browser, shoppers)).status == 303


@pytest.mark.parametrize("email", BROKEN)
async def test_an_address_with_a_line_break_is_refused_wherever_it_is_typed(
    browser: Browser, shop: Shop, database: Database, email: str
) -> None:
    cart = await fill(browser, database)
    fields = {
        **ADDRESS,
        "shipping_method": "standard",
        "payment": "invoice",
        "billing_same": "1",
        "checkout_key": "k-1",
    }

    answers = [
        await browser.submit(path, {"email": email, "password": PASSWORD})
        for path in ("/account/register", "/account/forgotten", "/account/sign-in", "/back-office/sign-in")
    ]
    bought = await browser.submit("/checkout", {**fields, "email": email, "checkout_key": "k-1"})
    called = await order(browser, wish(cart, email=email))

    assert [answer.status for answer in (*answers, bought, called)] == [422] * 6
    assert called.fields == ["email"]
    assert 'id="email-fault"' in answers[0].text
    async with database.writer() as connection:
        assert await connection.rows("SELECT id FROM users UNION ALL SELECT id FROM orders") == []


@pytest.mark.parametrize("password", ["a", "7 signs", "x" * 257, "x" * 1000, "ш" * 1000, "password1", "QWERTYUIOP"])
async def test_a_password_that_will_not_do_is_refused_wherever_one_is_set(
    browser: Browser, shop: Shop, database: Database, password: str
) -> None:
    await a_user(shop)
    token = await _ask_for_link(browser, shop)
    staff = await make_password_link(database, (await add_staff(database, EMAIL, "manager")).id)
    await sign_in(browser)

    answers = [
        await browser.submit("/account/register", {"email": EVE, "password": password}),
        await _use(browser, token, password),
        await browser.submit("/account/password", {"current": PASSWORD, "password": password}),
        await browser.submit("/back-office/password", {"token": staff, "password": password, "again": password}),
    ]

    why = "A password has 8 to 256" if len(password) < 8 or len(password) > 256 else "that most people use"
    assert [(answer.status, why in answer.text) for answer in answers] == [(422, True)] * 4
    assert all('id="password-fault"' in answer.text for answer in answers[:3])
    assert (await sign_in(browser, password=password)).status == 422
    assert (await sign_in(browser)).status == 303


@pytest.mark.parametrize(
    "password", ["x" * 63 + "y", "пароль и пароль", "密码密码密码密码", "🧵🧶🧵🧶🧵🧶🧵🧶", ' "<b>& \\ ', "ш" * 256]
)
async def test_a_password_of_any_script_lets_its_owner_in_and_nobody_else(
    browser: Browser, shop: Shop, password: str
) -> None:
    await browser.submit("/account/register", {"email": EMAIL, "password": password})
    await _use(browser, await last_link(shop, shop.database), password, "verify")

    assert (await sign_in(browser, password=password)).status == 303
    for other in (password[:-1], password + "x", password[:-1] + "x", password.strip()[1:]):
        assert (await sign_in(browser, password=other)).status == 422


async def test_a_cart_and_an_order_know_nothing_of_the_links(browser: Browser, shop: Shop, database: Database) -> None:
    await a_user(shop)
    token = await _ask_for_link(browser, shop)
    number = (await order(browser, wish(await fill(browser, database)))).json["number"]

    assert (await Browser(browser.base).get(f"/orders/{number}?key={token}")).status == 404
