"""Redis hangs: whoever waits for it is let go, the others go on without it."""

import asyncio
from collections.abc import Callable

from shared.db import Database
from storefront.shop import Shop
from tests.factories import add_variant
from tests.valkeys import answers, wait_until
from tests.web.browser import Browser

HANGS_MS = 4000


async def test_carts_are_shown_and_changed_and_are_exact_when_redis_is_back(
    new_browser: Callable[[], Browser], database: Database, shop: Shop
) -> None:
    sku = await add_variant(database, stock=99)
    browsers = [new_browser() for _ in range(10)]
    for browser in browsers:
        await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1})
    await shop.redis.client_pause(timeout=HANGS_MS)

    statuses: set[int] = set()
    well: list[bool] = []
    for _ in range(3):
        changed = [browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1}) for browser in browsers]
        statuses |= {answer.status for answer in await asyncio.gather(*changed)}
        well.append(shop.redis.circuit.is_well)
        shown = [browser.get(path) for browser in browsers for path in ("/cart", "/checkout", "/shop?q=coat")]
        statuses |= {answer.status for answer in await asyncio.gather(*shown)}
    await wait_until(lambda: answers(shop.redis))
    carts = [(await browser.api("GET", "/cart")).json["item_count"] for browser in browsers]

    assert statuses == {200}
    assert well[1:] == [False, False]
    assert carts == [4] * 10
