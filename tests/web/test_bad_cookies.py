"""Cookies that are forged, cut, somebody else's, or of a secret that was changed since: never an error."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from shared.db import Database
from shared.settings import Settings
from storefront.shop import Shop
from tests.web.accounts import EMAIL, PASSWORD, a_user, forget_rates, last_link, sign_in
from tests.web.baskets import fill, order, wish
from tests.web.browser import Browser
from tests.web.instances import storefronts

OLD, NEW = "o" * 40, "n" * 40
ASKED = {"/": 200, "/shop": 200, "/cart": 200, "/account": 303, "/account/sign-in": 200, "/back-office/orders": 303}
NAMES = ("cart", "session", "staff_session", "device")
JUNK = (
    "",
    "x",
    "v1",
    "v1....",
    "A" * 43,
    "A" * 8000,
    "%00%ff",
    '"',
    "é" * 20,
    "v1.a.1.X*1.0000." + "A" * 43,
    "~" * 500,
)


@pytest_asyncio.fixture
async def jana(new_browser: Callable[[], Browser], shop: Shop, database: Database) -> Browser:
    """Signed in, with something in her cart, by which she has all cookies of a shopper."""
    await forget_rates(shop)
    await a_user(shop)
    browser = new_browser()
    await sign_in(browser)
    await fill(browser, database, quantity=2, stock=9)
    return browser


async def _look_round(browser: Browser) -> None:
    for path, status in ASKED.items():
        assert (await browser.get(path)).status == status, path
    assert (await browser.api("GET", "/cart")).json["item_count"] == 0
    assert (await browser.submit("/back-office/sign-out", {})).status == 303


@pytest.mark.parametrize("junk", JUNK)
async def test_junk_in_every_cookie_is_as_good_as_none(browser: Browser, junk: str) -> None:
    browser.cookies = dict.fromkeys(NAMES, junk)

    await _look_round(browser)
    browser.cookies = dict.fromkeys(NAMES, junk)
    assert (await browser.submit("/account/sign-in", {"email": EMAIL, "password": PASSWORD})).status in (422, 429)


@pytest.mark.parametrize("name", ["cart", "session"])
async def test_a_cookie_that_was_cut_or_changed_is_none(jana: Browser, name: str) -> None:
    whole = jana.cookies[name]
    damaged = (whole[:-1], whole[1:], whole[: len(whole) // 2], whole + "A", whole.swapcase())

    for text in damaged:
        jana.cookies = {name: text}
        await _look_round(jana)


def _other_quantity(cookie: str) -> str:
    return cookie.replace("*2.", "*9.")


async def test_nobody_changes_the_cart_in_the_cookie(jana: Browser, shop: Shop) -> None:
    forged = _other_quantity(jana.cookies["cart"])
    assert forged != jana.cookies["cart"]
    await shop.redis.delete(*await shop.redis.keys("cart:*"))  # so that the copy is all there is
    jana.cookies["cart"] = forged

    assert (await jana.api("GET", "/cart")).json["lines"] == []


async def test_the_parts_of_two_carts_do_not_make_one(jana: Browser, new_browser: Callable[[], Browser]) -> None:
    eve = new_browser()
    await eve.api("POST", "/cart/items", {"sku": "WC14-NAV-M", "quantity": 1})
    hers, own = (browser.cookies["cart"].split(".") for browser in (jana, eve))

    for part in range(1, len(own)):
        eve.cookies["cart"] = ".".join([*own[:part], hers[part], *own[part + 1 :]])
        quantity = (await eve.api("GET", "/cart")).json["item_count"]
        assert quantity == (1 if hers[part] == own[part] else 0)


async def test_one_cookie_is_of_no_use_as_another(jana: Browser) -> None:
    kept = dict(jana.cookies)
    for name in NAMES:
        for other in set(NAMES) - {name}:
            jana.cookies = {other: kept[name]} if name in kept else {}

            await _look_round(jana)


async def test_when_the_secret_changes_nobody_loses_anything_as_long_as_the_old_one_is_listed(
    settings: Settings, shop: Shop, database: Database, jana: Browser, new_browser: Callable[[], Browser]
) -> None:
    browser = new_browser()
    async with storefronts(replace(settings, cookie_secrets=(OLD,)), 1) as old:
        browser.base = next(old)
        await sign_in(browser)
        cart = (await browser.api("POST", "/cart/items", {"sku": "WC14-NAV-M", "quantity": 1})).json
        placed = (await order(browser, wish(cart))).json
        await browser.api("POST", "/cart/items", {"sku": "WC14-NAV-M", "quantity": 3})
    path = placed["url"].partition("/orders/")[2]
    kept = dict(browser.cookies)

    async with storefronts(replace(settings, cookie_secrets=(NEW, OLD)), 1) as both:
        browser.base = next(both)
        assert (await browser.api("GET", "/cart")).json["item_count"] == 3
        assert (await browser.get("/account")).status == 200
        assert (await Browser(browser.base).get(f"/orders/{path}")).status == 200
        for _ in range(10):
            await sign_in(Browser(browser.base), password="wrong password")
        assert (await sign_in(Browser(browser.base))).status == 429
        assert (await sign_in(browser)).status == 303
        assert browser.cookies["device"] != kept["device"]
    await shop.redis.delete(*await shop.redis.keys("cart:*"))

    async with storefronts(replace(settings, cookie_secrets=(NEW,)), 1) as new:
        browser.base, browser.cookies = next(new), kept
        assert (await browser.api("GET", "/cart")).json["item_count"] == 0
        assert (await Browser(browser.base).get(f"/orders/{path}")).status == 404
        assert (await sign_in(browser)).status == 429


async def test_a_link_that_was_mailed_before_the_secret_changed_is_good_still(
    settings: Settings, shop: Shop, database: Database, jana: Browser
) -> None:
    await jana.submit("/account/forgotten", {"email": EMAIL})
    token = await last_link(shop, database)

    async with storefronts(replace(settings, cookie_secrets=(NEW,)), 1) as new:
        answer = await Browser(next(new)).submit("/account/reset", {"token": token, "password": "another password"})

    assert (answer.status, answer.headers["Location"]) == (303, "/account")
