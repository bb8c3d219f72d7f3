"""/shop: the listing, by filter and search."""

from http import HTTPStatus
from typing import Any

from shared.queries.listing import Listing, listing
from storefront.forms.listing import ShopQuery, read_shop_query
from storefront.handlers.pages import PageHandler
from storefront.handlers.search_rate import count_search
from storefront.views.categories import label
from storefront.views.filters import applied, choices, page_url, price_text, sorts
from storefront.views.pager import pager


class ListingHandler(PageHandler):
    async def get(self) -> None:
        wanted = read_shop_query(self.query)
        await count_search(self, wanted.q)
        async with self.shop.database.reader() as connection:
            found = await listing(connection, wanted.listing_query())
        if found.page > found.pages:
            self.page("listing.html", HTTPStatus.NOT_FOUND, **listing_context(wanted, found))
            return
        self.keep_public()
        self.page("listing.html", **listing_context(wanted, found))


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
