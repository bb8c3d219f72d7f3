"""A style in the colour that is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

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
class SizeChoice:
    """A size of the colour: how much there is of it, and its price where sizes differ in it."""

    sku: str
    size: str
    words: str
    is_sold_out: bool


@dataclass(frozen=True, kw_only=True)
class ProductView:
    """What the page shows: a colour with its sizes, and the way to the others; lowest and highest price in cents."""

    product: Product
    colour: str
    picture: str
    prices: tuple[int, int]
    choices: tuple[SizeChoice, ...]
    swatches: tuple[Swatch, ...]
    size_table: SizeTable | None
    care: str

    @property
    def is_sold_out(self) -> bool:
        return all(choice.is_sold_out for choice in self.choices)


def product_view(product: Product, colour: str) -> ProductView:
    """The style in this colour, else in the first one there is still some of."""
    if colour not in product.colours:
        left = (variant.colour for variant in product.variants if variant.availability != "sold_out")
        colour = next(left, next(iter(product.colours), ""))
    variants = [variant for variant in product.variants if variant.colour == colour]
    cents = [variant.price_cents for variant in variants] or [product.price_from_cents]
    prices = min(cents), max(cents)
    return ProductView(
        product=product,
        colour=colour,
        picture=variants[0].picture if variants else product.picture,
        prices=prices,
        choices=tuple(_choice(variant, prices) for variant in variants),
        swatches=_swatches(product, colour),
        size_table=size_table(product.category, [variant.size for variant in variants]),
        care=care(product.material),
    )


def product_url(slug: str, colour: str = "") -> str:
    return f"/products/{slug}?colour={quote_plus(colour)}" if colour else f"/products/{slug}"


def _choice(variant: Variant, prices: Sequence[int]) -> SizeChoice:
    availability = variant.availability
    stock = WORDS[availability]
    words = stock if prices[0] == prices[1] else f"{euros(variant.price_cents)}, {stock}"
    return SizeChoice(variant.sku, variant.size, words, availability == "sold_out")


def _swatches(product: Product, shown: str) -> tuple[Swatch, ...]:
    pictures = {variant.colour: variant.picture for variant in reversed(product.variants)}
    return tuple(
        Swatch(colour, pictures[colour], product_url(product.slug, colour), colour == shown)
        for colour in product.colours
    )
