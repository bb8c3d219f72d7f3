"""The same storefront as it is behind an HTTPS address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from shared.settings import Settings
from storefront.server import serve
from storefront.shop import open_shop
from tests.fakes import ListPublisher


@asynccontextmanager
async def https_storefront(settings: Settings) -> AsyncIterator[str]:
    """Yields where it listens; TLS ends at the balancer, so the way to it is plain HTTP."""
    there = replace(settings, public_url="https://localhost")
    async with open_shop(there, 0, ListPublisher()) as shop, serve(shop, 0, ["127.0.0.1"]) as port:
        yield f"http://127.0.0.1:{port}"
