"""One of the instances has a clock that is ten minutes off: nobody is signed out, and nothing is lost or too early."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

import pytest

from shared.db import Database
from storefront.shop import Shop
from tests.web.accounts import a_user, forget_rates, last_link, sign_in
from tests.web.baskets import fill, order, wish
from tests.web.browser import Browser

TEN_MINUTES_S = 600
CLOCKS = ("order", "order_changes", "checkout")  # handlers that look at a clock of their own


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock of the instance that answers from now on; what is known by then stays known."""
    true_time = time.time

    def turn(off_s: float) -> None:
        class Off(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> "Off":
                return super().now(tz) + timedelta(seconds=off_s)

        monkeypatch.setattr(time, "time", lambda: true_time() + off_s)
        for module in CLOCKS:
            monkeypatch.setattr(f"storefront.handlers.{module}.datetime", Off)

    return turn


@pytest.mark.parametrize("off_s", [TEN_MINUTES_S, -TEN_MINUTES_S])
async def test_what_one_instance_began_another_goes_on_with(
    browser: Browser, shop: Shop, database: Database, set_clock: Callable[[float], None], off_s: float
) -> None:
    await forget_rates(shop)
    await a_user(shop)
    for first, then in ((off_s, 0), (0, off_s)):
        set_clock(first)
        await sign_in(browser)
        cart = await fill(browser, database, sku=f"SKU-{'A' if first else 'B'}")
        await browser.submit("/account/forgotten", {"email": "jana@example.com"})
        token = await last_link(shop, database)

        set_clock(then)
        assert (await browser.get("/account")).status == 200
        assert (await browser.api("GET", "/cart")).json == cart
        placed = (await order(browser, wish(cart), f"key-{first}")).json
        page = await browser.get(f"/orders/{placed['number']}")
        assert page.status == 200
        assert (await browser.get(f"/account/reset?token={token}")).status == 200

        set_clock(first)
        assert (await order(browser, wish(cart), f"key-{first}")).json == placed


@pytest.mark.parametrize("off_s", [TEN_MINUTES_S, -TEN_MINUTES_S])
async def test_a_limit_is_counted_by_the_clock_of_redis(
    browser: Browser, shop: Shop, database: Database, set_clock: Callable[[float], None], off_s: float
) -> None:
    await forget_rates(shop)
    told = []
    for n in range(12):
        set_clock(off_s if n % 2 else 0)
        told.append((await sign_in(Browser(browser.base), "x@example.com", "wrong password")).status)

    assert told == [422] * 10 + [429] * 2
