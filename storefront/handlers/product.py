"""/products/…: a style, in one of its colours."""

from http import HTTPStatus

from shared.errors import Gone
from shared.queries.catalog import product_by_slug
from shared.queries.listing import some_styles
from storefront.error_pages import error_page
from storefront.handlers.pages import PageHandler
from storefront.slugs import check_slug
from storefront.views.product import product_view

GOES_WITH = {
    "tops": "trousers",
    "shirts": "trousers",
    "knitwear": "shirts",
    "sweatshirts": "trousers",
    "outerwear": "accessories",
    "dresses": "outerwear",
    "trousers": "knitwear",
    "skirts": "tops",
    "accessories": "outerwear",
    "shoes": "accessories",
    "bags": "outerwear",
}
STYLES = 4


class ProductHandler(PageHandler):
    async def get(self, slug: str) -> None:
        try:
            await self._show(check_slug(slug))
        except Gone as gone:
            await self._tell_gone(gone)

    async def _show(self, slug: str) -> None:
        async with self.shop.database.reader() as connection:
            product = await product_by_slug(connection, slug)
            others = await some_styles(connection, GOES_WITH.get(product.category), STYLES, [product.slug])
        self.keep_public()
        self.page("product.html", view=product_view(product, self.query.get("colour", "")), others=others)

    async def _tell_gone(self, gone: Gone) -> None:
        async with self.shop.database.reader() as connection:
            close = await some_styles(connection, gone.members.get("category"), STYLES)
        facts = error_page(gone, self.request_id, self.shop.settings.public_url)
        self.page("error.html", HTTPStatus.GONE, **facts | {"styles": close})
