"""How often somebody may search: counted by the cart, or by the session of whoever has none yet."""

from collections.abc import Awaitable, Callable

import pytest

from storefront.rates import Limit
from storefront.shop import Shop
from tests.web.accounts import a_user, forget_rates, sign_in
from tests.web.baskets import fill
from tests.web.browser import Browser

PATHS = ("/shop?q=coat", "/api/v1/products?q=coat")


@pytest.fixture(autouse=True)
def _three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storefront.handlers.search_rate.SEARCH", Limit("search", 3, 60))


async def _with_cart(browser: Browser, shop: Shop) -> None:
    await fill(browser, shop.database)


async def _with_session(browser: Browser, shop: Shop) -> None:
    await forget_rates(shop)
    await a_user(shop)
    await sign_in(browser)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("prepare", [_with_cart, _with_session])
async def test_the_fourth_search_in_a_minute_waits(
    new_browser: Callable[[], Browser], shop: Shop, prepare: Callable[[Browser, Shop], Awaitable[None]], path: str
) -> None:
    browser = new_browser()
    await prepare(browser, shop)

    told = [(await browser.get(path)).status for _ in range(4)]

    assert told == [200, 200, 200, 429]
    assert (await browser.get("/shop")).status == 200
    assert (await new_browser().get(path)).status == 200
