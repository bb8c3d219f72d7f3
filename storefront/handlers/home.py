"""/: what the shop is, and ways into it."""

import asyncio
from collections.abc import Mapping, Sequence

from shared.queries.listing import Card, Listing, ListingQuery, listing, some_styles
from storefront.handlers.pages import PageHandler

WARM = ("outerwear", "knitwear", "accessories")
SMALL = "accessories"
WARM_STYLES, SMALL_STYLES, HERO_STYLES = 5, 4, 3


class HomeHandler(PageHandler):
    async def get(self) -> None:
        async with self.shop.database.reader() as connection:
            everything = await listing(connection, ListingQuery(per_page=1))
            warm = await self._warm(connection)
        self.keep_public()
