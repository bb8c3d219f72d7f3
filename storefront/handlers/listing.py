"""/shop: the listing, by filter and search."""

from functools import partial
from http import HTTPStatus
from typing import Any

from shared.cache import Kind
from shared.queries.facets import Choices, all_choices
from shared.queries.listing import Listing, listing
from storefront.forms.listing import ShopQuery, read_shop_query
from storefront.handlers.public import PublicHandler
from storefront.handlers.search_rate import count_search
from storefront.public_page import Composed
from storefront.shop import Shop
from storefront.views.categories import LABELS, label
from storefront.views.filters import applied, choices, page_url, price_text, sorts
from storefront.views.pager import pager

FOUND, CHOICES = Kind("listing", Listing), Kind("choices", Choices)
COMMON_PAGES = 10
DEPARTMENTS = frozenset({"", *LABELS})


class ListingHandler(PublicHandler):
    async def get(self) -> None:
        wanted = read_shop_query(self.query)
        await count_search(self, wanted.q)
        await self.send_public(listing_key(wanted), partial(compose_listing, self.shop, wanted))


def listing_key(wanted: ShopQuery) -> str:
    """The address in its normal form; a search has none of its own, as each one is counted before it is answered."""
    address = page_url(wanted, wanted.page)
    return f"search {address}" if wanted.q.strip() else address


async def compose_listing(shop: Shop, wanted: ShopQuery) -> Composed:
    version = shop.catalogue_version
    choices = await shop.cache.get(CHOICES, "all", version, partial(_read_choices, shop))

    async def read() -> Listing:
        async with shop.catalogue() as connection:
            return await listing(connection, wanted.listing_query(), choices, shop.known_offers.at(version))

    found = await (shop.cache.get(FOUND, listing_key(wanted), version, read) if _is_common(wanted) else read())
    return Composed(
        html=shop.render("listing.html", **listing_context(wanted, found)),
        status=HTTPStatus.OK if found.page <= found.pages else HTTPStatus.NOT_FOUND,
        is_kept=bool(found.cards),
    )


async def _read_choices(shop: Shop) -> Choices:
    async with shop.catalogue() as connection:
        return await all_choices(connection)


def _is_common(wanted: ShopQuery) -> bool:
    """Whether it is one of a bounded number: the first pages of a department, or of all, in any order."""
    plain = ShopQuery(category=wanted.category, size=[], colour=[], sort=wanted.sort, page=wanted.page)
    return wanted == plain and wanted.page <= COMMON_PAGES and wanted.category in DEPARTMENTS


def listing_context(wanted: ShopQuery, found: Listing) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "found": found,
        "heading": _heading(wanted),
        "applied": applied(wanted),
        "departments": choices(found.facets.categories, [wanted.category] if wanted.category else []),
        "sizes": choices(found.facets.sizes, wanted.size),
        "colours": choices(found.facets.colours, wanted.colour),
        "price_min": price_text(wanted.price_min),
        "price_max": price_text(wanted.price_max),
        "sorts": sorts(wanted),
        "pager": [(number, page_url(wanted, number)) for number in pager(found.page, found.pages)],
        "next_url": page_url(wanted, found.page + 1) if found.page < found.pages else "",
        "first_url": page_url(wanted, 1),
    }


def _heading(wanted: ShopQuery) -> str:
    department = label(wanted.category) if wanted.category else "All styles"
    words = wanted.q.strip()
    return f"{department} for “{words}”" if words else department
