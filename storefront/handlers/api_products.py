"""The API's calls about products: public, the same bytes for everybody."""

from typing import ClassVar

from shared.domain.search import normalise
from shared.queries.catalog import product_by_slug
from shared.queries.listing import ListingQuery, products_after
from storefront.api import shapes
from storefront.api.models import ProductsQuery
from storefront.handlers.api import ApiHandler
from storefront.handlers.search_rate import count_search
from storefront.slugs import check_slug
from storefront.validation import check

SEVERAL = ("size", "colour")


class ProductsApi(ApiHandler):
    is_for_everybody: ClassVar[bool] = True

    async def get(self) -> None:
        wanted = self._wanted()
        await count_search(self, wanted.q)
        known = self.shop.known_offers.at(self.shop.catalogue_version)
        async with self.shop.catalogue() as connection:
            page = await products_after(connection, _query(wanted), int(wanted.cursor or 0), wanted.limit, known)
        self.keep_public()
        self.answer(shapes.products(page.cards, page.next))

    def _wanted(self) -> ProductsQuery:
        """The query string; blank parameters are as good as none."""
        typed = {name: value for name, value in self.query.items() if value.strip()}
        several = {name: [value for value in self.query.all(name) if value.strip()] for name in SEVERAL}
        return check(ProductsQuery, typed | several)


class ProductApi(ApiHandler):
    is_for_everybody: ClassVar[bool] = True

    async def get(self, slug: str) -> None:
        async with self.shop.catalogue() as connection:
            product = await product_by_slug(connection, check_slug(slug))
        self.keep_public()
        self.answer(shapes.product(product))


def _query(wanted: ProductsQuery) -> ListingQuery:
    return ListingQuery(
        category=wanted.category or None,
        words=tuple(normalise(wanted.q)),
        sizes=tuple(wanted.size),
        colours=tuple(wanted.colour),
    )
