"""/: what the shop is, and ways into it."""

from collections.abc import Sequence
from functools import partial

from shared.db import Reads
from shared.queries.listing import Card, departments, some_styles
from storefront.handlers.public import PublicHandler
from storefront.public_page import Composed
from storefront.shop import Shop

HERO = ("outerwear", "knitwear", "trousers")  # a picture of each
WARM = (("outerwear", 2), ("knitwear", 2), ("accessories", 1))
SMALL, SMALL_STYLES = "accessories", 4


class HomeHandler(PublicHandler):
    async def get(self) -> None:
        await self.send_public("/", partial(compose_home, self.shop))


async def compose_home(shop: Shop) -> Composed:
    async with shop.catalogue() as connection:
        all_of_them = await departments(connection)
        hero = await _styles(connection, [(category, 1) for category in HERO], ())
        warm = await _styles(connection, WARM, hero)
        small = await some_styles(connection, SMALL, SMALL_STYLES, [card.slug for card in (*hero, *warm)])
    html = shop.render(
        "home.html",
        total=sum(department.count for department in all_of_them),
        departments=all_of_them,
        hero=hero,
        warm=warm,
        small=small,
    )
    return Composed(html=html)


async def _styles(connection: Reads, wanted: Sequence[tuple[str, int]], but: Sequence[Card]) -> tuple[Card, ...]:
    """So many styles of each department, without those already shown."""
    shown = [card.slug for card in but]
    found: tuple[Card, ...] = ()
    for category, number in wanted:
        found += await some_styles(connection, category, number, shown)
    return found
