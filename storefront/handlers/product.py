"""/products/…: a style, in one of its colours."""

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from shared.cache import Kind
from shared.errors import Gone
from shared.queries.catalog import Product, product_by_slug
from shared.queries.listing import Card, some_styles
from storefront.error_pages import error_page
from storefront.handlers.public import PublicHandler
from storefront.public_page import Composed
from storefront.shop import Shop
from storefront.slugs import check_slug
from storefront.views.product import product_url, product_view

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


@dataclass(frozen=True)
class Shown:
    """What a product page is made of: the style, and what goes with it."""

    product: Product
    others: tuple[Card, ...]


SHOWN = Kind("product", Shown)


class ProductHandler(PublicHandler):
    async def get(self, slug: str) -> None:
        colour = self.query.get("colour", "").strip()
        address = product_url(check_slug(slug), colour)
        try:
            await self.send_public(address, partial(compose_product, self.shop, slug, colour))
        except Gone as gone:
            await self._tell_gone(gone)

    async def _tell_gone(self, gone: Gone) -> None:
        async with self.shop.catalogue() as connection:
            close = await some_styles(connection, gone.members.get("category"), STYLES)
        facts = error_page(gone, self.request_id, self.shop.settings.public_url)
        self.page("error.html", HTTPStatus.GONE, **facts | {"styles": close})


async def compose_product(shop: Shop, slug: str, colour: str) -> Composed:
    """The style in this colour; a colour that it does not have is answered, and not kept."""

    async def read() -> Shown:
        async with shop.catalogue() as connection:
            product = await product_by_slug(connection, slug)
            others = await some_styles(connection, GOES_WITH.get(product.category), STYLES, [product.slug])
        return Shown(product, others)

    shown = await shop.cache.get(SHOWN, slug, shop.catalogue_version, read)
    product = shown.product
    return Composed(
        html=shop.render("product.html", view=product_view(product, colour), others=shown.others),
        skus=frozenset(variant.sku for variant in product.variants),
        is_kept=colour in ("", *product.colours),
    )
