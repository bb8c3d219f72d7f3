"""From what the shop knows to what the API tells."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.domain.priced_cart import CURRENCY, CartLine, PricedCart
from shared.queries.order_view import OrderDocument, OrderView
from storefront.api import answers

if TYPE_CHECKING:
    from shared.queries.catalog import Product, Variant
    from shared.queries.listing import Card
    from storefront.links import Links


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
    own = {"url", "vat", "lines", "shipping_address", "steps", "events", "documents"}
    return answers.OrderAnswer(
        **{name: getattr(found, name) for name in answers.OrderAnswer.model_fields if name not in own},
        url=links.order_url(found.number),
        vat=[answers.VatAnswer(**vars(line)) for line in found.vat],
        lines=[
            answers.OrderLineAnswer(**{name: getattr(line, name) for name in answers.OrderLineAnswer.model_fields})
            for line in found.lines
        ],
        shipping_address=answers.AddressAnswer(**vars(found.shipping_address)),
        steps=[answers.StepAnswer(**vars(step) | {"ref": str(step.ref)}) for step in found.steps],
        events=[answers.EventAnswer(**vars(event)) for event in found.events],
        documents=[_document(found.number, document, links) for document in found.documents],
    )


def _document(number: str, document: OrderDocument, links: "Links") -> answers.DocumentAnswer:
    return answers.DocumentAnswer(
        kind=document.kind,
        number=document.number,
        revision=document.revision,
        url=links.document_path(number, document.number),
        sha256=document.sha256,
    )
