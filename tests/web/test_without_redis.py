"""Redis is away: browsing, cart and checkout go on from the shopper's signed copy."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from shared.db import Database
from shared.redis_client import open_redis
from storefront.kept_carts import KeptCarts
from storefront.shop import Shop
from tests.factories import add_variant, count
from tests.web.accounts import a_user, sign_in
from tests.web.baskets import ADDRESS, fill, order, wish
from tests.web.browser import Browser

Away = Callable[[bool], None]


@pytest_asyncio.fixture
async def go_away(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Away]:
    """Takes Redis away from this storefront, or gives it back."""
    away = open_redis("redis://127.0.0.1:9")
    assert isinstance(shop.carts, KeptCarts)
    users: tuple[Any, Any] = (shop.rates, shop.carts.shared)

    def let(is_away: bool) -> None:
        for user in users:
            monkeypatch.setattr(user, "_redis", away if is_away else shop.redis)

    yield let
    monkeypatch.undo()
    await away.aclose()


def _quantities(cart: dict[str, Any]) -> dict[str, int]:
    return {line["sku"]: line["quantity"] for line in cart["lines"]}


async def _cart(browser: Browser) -> dict[str, int]:
    answer = await browser.api("GET", "/cart")
    assert answer.status == 200, answer.text
    return _quantities(answer.json)


async def test_every_page_and_the_cart_go_on(browser: Browser, database: Database, go_away: Away) -> None:
    cart = await fill(browser, database, quantity=2)
    go_away(True)

    paths = ("/", "/shop?q=coat", "/products/wc14-nav-m", "/imprint", "/cart", "/checkout")
    pages = [(await browser.get(path)).status for path in paths]

    assert pages == [200] * 6
    assert (await browser.api("GET", "/cart")).json == cart


async def test_what_is_changed_meanwhile_is_there_when_redis_is_back(
    browser: Browser, database: Database, go_away: Away
) -> None:
    await fill(browser, database, quantity=2, sku="COAT")
    socks, hat = await add_variant(database, sku="SOCKS"), await add_variant(database, sku="HAT")
    go_away(True)

    await browser.api("POST", "/cart/items", {"sku": socks, "quantity": 3})
    await browser.submit("/cart/items", {"sku": hat, "quantity": "1", "operation_id": "op-1"})
    await browser.api("DELETE", "/cart/items/COAT")
    meanwhile = await _cart(browser)
    go_away(False)

    assert meanwhile == await _cart(browser) == {"SOCKS": 3, "HAT": 1}


async def test_a_first_piece_makes_a_cart_without_redis(browser: Browser, database: Database, go_away: Away) -> None:
    go_away(True)
    await fill(browser, database, quantity=2)

    go_away(False)

    assert await _cart(browser) == {"WC14-NAV-M": 2}


async def test_limits_hold_without_redis(browser: Browser, database: Database, go_away: Away) -> None:
    go_away(True)
    await fill(browser, database, quantity=2, stock=3)

    answer = await browser.api("POST", "/cart/items", {"sku": "WC14-NAV-M", "quantity": 2})

    assert answer.json["lines"] == [{"sku": "WC14-NAV-M", "wanted": 4, "left": 3}]
    assert await _cart(browser) == {"WC14-NAV-M": 2}


async def test_wrong_passwords_are_limited_without_redis_and_a_known_browser_gets_in(
    browser: Browser, new_browser: Callable[[], Browser], shop: Shop, go_away: Away
) -> None:
    owner, email = new_browser(), "without-redis@example.com"
    await a_user(shop, email)
    await sign_in(owner, email)
    go_away(True)

    told = [(await sign_in(browser, email, "wrong password")).status for _ in range(11)]

    assert told == [422] * 10 + [429]
    assert (await sign_in(owner, email)).status == 303


async def test_an_order_is_placed_once_and_its_cart_never_comes_back(
    browser: Browser, database: Database, go_away: Away
) -> None:
    cart = await fill(browser, database, quantity=2)
    before = dict(browser.cookies)
    go_away(True)

    placed, replayed = await order(browser, wish(cart)), await order(browser, wish(cart))
    emptied = await _cart(browser)
    go_away(False)
    back = await _cart(browser)
    browser.cookies = before

    assert (placed.status, replayed.status, replayed.json) == (201, 201, placed.json)
    assert emptied == back == await _cart(browser) == {}
    assert await count(database, "orders") == 1


async def test_the_checkout_page_places_an_order_without_redis(
    browser: Browser, database: Database, go_away: Away
) -> None:
    cart = await fill(browser, database)
    go_away(True)
    fields = {**ADDRESS, "email": "jana@example.com", "billing_same": "1", "shipping_method": "standard"}

    answer = await browser.submit(
        "/checkout", {**fields, "payment": "invoice", "checkout_key": "k-1", "cart_revision": cart["revision"]}
    )

    assert answer.status == 303
    assert await _cart(browser) == {}
    assert await count(database, "orders") == 1


async def test_a_flushed_redis_costs_nobody_a_cart(browser: Browser, database: Database, shop: Shop) -> None:
    cart = await fill(browser, database, quantity=2)
    await _forget_carts(shop.redis)

    assert (await browser.api("GET", "/cart")).json == cart
    await _forget_carts(shop.redis)
    added = await browser.api("POST", "/cart/items", {"sku": "WC14-NAV-M", "quantity": 1})
    assert _quantities(added.json) == {"WC14-NAV-M": 3}


async def test_the_cart_of_an_order_does_not_come_back_after_a_flush(
    browser: Browser, database: Database, shop: Shop
) -> None:
    cart = await fill(browser, database, quantity=2)
    before = dict(browser.cookies)
    await order(browser, wish(cart))
    await _forget_carts(shop.redis)
    browser.cookies = before

    assert await _cart(browser) == {}


async def _forget_carts(redis: Redis) -> None:
    await redis.delete(*await redis.keys("cart:*"))
