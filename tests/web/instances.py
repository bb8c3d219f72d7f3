"""Several storefronts in this process that share database and Redis, asked in turn."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

from shared.settings import Settings
from storefront.server import serve
from storefront.shop import open_shop
from tests.fakes import ListPublisher


@asynccontextmanager
async def storefronts(settings: Settings, number: int) -> AsyncIterator[Iterator[str]]:
    """Yields their addresses, one after the other without an end."""
    async with AsyncExitStack() as stack:
        bases = []
        for _ in range(number):
            shop = await stack.enter_async_context(open_shop(settings, 0, ListPublisher()))
            port = await stack.enter_async_context(serve(shop, 0, ["127.0.0.1"]))
            bases.append(f"http://127.0.0.1:{port}")
        yield itertools.cycle(bases)
