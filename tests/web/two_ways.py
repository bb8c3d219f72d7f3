"""Public pages over both ways that lead to them: the front below Tornado, and the handlers alone.

Test files import `base_url`, which takes the place of the one in conftest.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from storefront.server import serve
from storefront.shop import Shop

__all__ = ["base_url", "without_front"]


def without_front(shop: Shop) -> Shop:
    return replace(shop, settings=replace(shop.settings, public_front=False))


@pytest_asyncio.fixture(params=["front", "handlers"])
async def base_url(request: pytest.FixtureRequest, shop: Shop) -> AsyncIterator[str]:
    served = shop if request.param == "front" else without_front(shop)
    async with serve(served, 0, ["127.0.0.1"]) as port:
        yield f"http://127.0.0.1:{port}"
