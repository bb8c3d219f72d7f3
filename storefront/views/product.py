"""A style in the colour that is looked at."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from shared.domain.money import euros
from shared.queries.catalog import Product, Variant
from storefront.views.care import care
from storefront.views.sizes import SizeTable, size_table

WORDS = {"in_stock": "in stock", "few": "few left", "sold_out": "sold out"}


@dataclass(frozen=True)
class Swatch:
    colour: str
    picture: str
    url: str
    is_shown: bool


@dataclass(frozen=True)
class ProductView:
    """What the page shows: one colour with its sizes, and the way to the others."""

    product: Product
    colour: str

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        return tuple(variant for variant in self.product.variants if variant.colour == self.colour)

    @property
    def picture(self) -> str:
        return self.variants[0].picture if self.variants else self.product.picture

    @cached_property
    def swatches(self) -> list[Swatch]:
        pictures = {variant.colour: variant.picture for variant in reversed(self.product.variants)}
        return [
            Swatch(colour, pictures[colour], product_url(self.product.slug, colour), colour == self.colour)
            for colour in self.product.colours
        ]

    @cached_property
    def prices(self) -> tuple[int, int]:
        """The lowest and the highest price in this colour, cents."""
        cents = [variant.price_cents for variant in self.variants] or [self.product.price_from_cents]
        return min(cents), max(cents)

    @property
    def is_sold_out(self) -> bool:
        return all(variant.availability == "sold_out" for variant in self.variants)

    @cached_property
    def size_table(self) -> SizeTable | None:
        return size_table(self.product.category, [variant.size for variant in self.variants])

    @property
    def care(self) -> str:
        return care(self.product.material)

    def words(self, variant: Variant) -> str:
        """How much there is of a variant, and its price where sizes differ in it."""
        lowest, highest = self.prices
        stock = WORDS[variant.availability]
        return stock if lowest == highest else f"{euros(variant.price_cents)}, {stock}"


def product_view(product: Product, colour: str) -> ProductView:
    """The style in this colour, else in the first one there is still some of."""
    if colour in product.colours:
        return ProductView(product, colour)
    left = [variant.colour for variant in product.variants if variant.availability != "sold_out"]
    return ProductView(product, next(iter((*left, *product.colours)), ""))


def product_url(slug: str, colour: str = "") -> str:
    return f"/products/{slug}" + (f"?{urlencode({'colour': colour})}" if colour else "")
