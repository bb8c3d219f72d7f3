"""From what the shop knows to what the API tells."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.domain.priced_cart import CURRENCY, CartLine, PricedCart
from shared.order_json import order_json
from shared.queries.order_view import OrderView
from storefront.api import answers

if TYPE_CHECKING:
    from shared.queries.catalog import Product, Variant
    from shared.queries.listing import Card
    from storefront.links import Links

STAFF = "staff"


def picture_url(picture: str) -> str:
    """The catalogue keeps paths below the media root: pictures/FILE.svg."""
    return f"/media/{picture}"


def products(cards: "Sequence[Card]", following: str | None) -> answers.Products:
    return answers.Products(products=[_card(card) for card in cards], next=following)


def _card(card: "Card") -> answers.ProductCard:
    return answers.ProductCard(
        slug=card.slug,
        name=card.name,
        category=card.category,
        price_cents=card.price_cents,
        currency=CURRENCY,
        picture=picture_url(card.picture),
    )


def product(found: "Product") -> answers.ProductPage:
    return answers.ProductPage(
        slug=found.slug,
        name=found.name,
        category=found.category,
        price_cents=found.price_from_cents,
        currency=CURRENCY,
        picture=picture_url(found.picture),
        description=found.description,
        material=found.material,
        variants=[_variant(variant) for variant in found.variants],
    )


def _variant(variant: "Variant") -> answers.ProductVariant:
    return answers.ProductVariant(
        sku=variant.sku,
        colour=variant.colour,
        size=variant.size,
        price_cents=variant.price_cents,
        availability=answers.Availability(variant.availability),
        picture=picture_url(variant.picture),
    )


def cart(priced: PricedCart) -> answers.CartAnswer:
    return answers.CartAnswer(
        revision=priced.revision,
        currency=CURRENCY,
        lines=[_cart_line(line) for line in priced.lines],
        subtotal_cents=priced.subtotal_cents,
        item_count=priced.item_count,
    )


def _cart_line(line: CartLine) -> answers.CartLineAnswer:
    return answers.CartLineAnswer(**{name: getattr(line, name) for name in answers.CartLineAnswer.model_fields})


def order(found: OrderView, links: "Links") -> answers.OrderAnswer:
    url, key = links.order_url(found.number), links.order_key(found.number)
    return answers.OrderAnswer.model_validate(order_json(for_shopper(found), url, key))


def for_shopper(order: OrderView) -> OrderView:
    """The order without the addresses of those who worked on it; they are told as STAFF."""
    return replace(order, events=tuple(replace(event, who=_who(event.who)) for event in order.events))


def _who(who: str | None) -> str | None:
    return STAFF if who and "@" in who else who
