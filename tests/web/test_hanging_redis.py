"""Redis hangs: whoever waits for it is let go, the others go on without it."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deploy.local.backing import BackingServices
from shared.db import Database
from storefront.shop import Shop
from tests.factories import add_variant
from tests.valkeys import answers
from tests.waiting import until
from tests.web.browser import Browser


@contextmanager
def hung(backing: BackingServices) -> Iterator[None]:
    """Redis does nothing meanwhile; afterwards it does what it was asked."""
    (pid,) = (row["pid"] for row in backing.supervisor.rows() if row["name"] == "redis")
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_carts_are_shown_and_changed_and_are_exact_when_redis_is_back(
    new_browser: Callable[[], Browser], database: Database, shop: Shop, backing: BackingServices
) -> None:
    sku = await add_variant(database, stock=99)
    browsers = [new_browser() for _ in range(10)]
    for browser in browsers:
        await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1})

    statuses: set[int] = set()
    well: list[bool] = []
    with hung(backing):
        for _ in range(3):
            changed = [browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1}) for browser in browsers]
            statuses |= {answer.status for answer in await asyncio.gather(*changed)}
            well.append(shop.redis.circuit.is_well)
            shown = [browser.get(path) for browser in browsers for path in ("/cart", "/checkout", "/shop?q=coat")]
            statuses |= {answer.status for answer in await asyncio.gather(*shown)}
    await until(lambda: answers(shop.redis))
    carts = [(await browser.api("GET", "/cart")).json["item_count"] for browser in browsers]

    assert statuses == {200}
    assert well[1:] == [False, False]
    assert carts == [4] * 10
