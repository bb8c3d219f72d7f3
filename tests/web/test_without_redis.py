"""Redis is away: browsing goes on, the cart says that it will be back."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.db import Database
from shared.redis_client import open_redis
from storefront.shop import Shop
from tests.web.baskets import fill
from tests.web.browser import Browser


@pytest_asyncio.fixture
async def no_redis(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[pytest.MonkeyPatch]:
    away = open_redis("redis://127.0.0.1:9")
    with monkeypatch.context() as patch:
        patch.setattr(shop.rates, "_redis", away)
        yield patch
    await away.aclose()


async def test_browsing_goes_on_and_the_cart_is_said_to_come_back(
    browser: Browser, database: Database, shop: Shop, no_redis: pytest.MonkeyPatch
) -> None:
    await fill(browser, database)
    no_redis.setattr(shop.carts, "_redis", shop.rates._redis)

    pages = [(await browser.get(path)).status for path in ("/", "/shop?q=coat", "/products/wc14-nav-m", "/imprint")]
    cart, call = await browser.get("/cart"), await browser.api("GET", "/cart")

    assert pages == [200, 200, 200, 200]
    assert (cart.status, call.status) == (503, 503)
    assert call.json["type"] == "/problems/unavailable"
    assert int(cart.headers["Retry-After"]) > 0
    assert "Set-Cookie" not in cart.headers
