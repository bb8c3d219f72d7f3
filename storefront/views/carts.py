"""What the cart's page shows beside the lines: what is short, what was just done, what all of it costs."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.domain.cart import Cart
from shared.domain.priced_cart import CartLine, PricedCart
from shared.domain.pricing import Totals
from shared.domain.shipping import ShippingMethod, ShippingPrices
from shared.errors import FieldError
from shared.queries.catalog import Variant
from shared.services.checkout import order_totals
from storefront.views.words import spelled


@dataclass(frozen=True)
class Removed:
    """What was just taken out, with what puts it back."""

    sku: str
    name: str
    colour: str
    size: str
    quantity: int
    operation_id: str


@dataclass(frozen=True)
class Short:
    """A line that cannot be bought as it is, and the one button that helps."""

    sku: str
    name: str
    sentence: str
    left: int
    button: str
    operation_id: str


@dataclass(frozen=True, kw_only=True)
class CartNews:
    """What happened just now: taken out, put in, refused; what changed. Faults of a line are kept by its SKU."""

    removed: Removed | None = None
    added_sku: str = ""
    faults: Sequence[FieldError] = ()
    line_faults: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[str] = ()


def new_operation_id() -> str:
    return secrets.token_urlsafe(12)


def cart_page(cart: Cart, priced: PricedCart, prices: ShippingPrices, news: CartNews) -> dict[str, Any]:
    """The context of cart.html."""
    short = {one.sku: one for one in shortages(priced)}
    return {
        "cart": priced,
        "totals": standard_totals(priced, prices),
        "notes": {sku: one.sentence for sku, one in short.items()} | dict(news.line_faults),
        "short": short,
        "gone": gone(cart, priced),
        "operation_ids": {line.sku: new_operation_id() for line in priced.lines},
        "removed": news.removed,
        "added": next((line for line in priced.lines if line.sku == news.added_sku), None),
        "faults": news.faults,
        "typed": news.typed,
        "changes": news.changes,
        "accept_id": new_operation_id(),
    }


def standard_totals(priced: PricedCart, prices: ShippingPrices) -> Totals | None:
    return order_totals(priced, ShippingMethod.STANDARD, prices) if priced.lines else None


def shortages(priced: PricedCart) -> list[Short]:
    """The lines that ask for more than there is."""
    return [_short(line) for line in priced.lines if line.quantity > line.available]


def gone(cart: Cart, priced: PricedCart) -> list[Short]:
    """What is in the cart and no longer in the catalogue; there is no name left to call it by."""
    known = {line.sku for line in priced.lines}
    sentence = "A piece in your cart is not sold any more."
    return [
        Short(sku, sku, sentence, 0, "Take it out", new_operation_id()) for sku in cart.quantities if sku not in known
    ]


def _short(line: CartLine) -> Short:
    button = f"Take {spelled(line.available).lower()}" if line.available else "Take it out"
    name = f"{line.name}, {line.colour}, {line.size}"
    return Short(line.sku, name, shortage_words(line), line.available, button, new_operation_id())


def shortage_words(line: CartLine) -> str:
    """Why a line cannot be bought as it is; nothing changes in a cart without the shopper."""
    if line.withdrawn:
        return "This is not sold any more."
    return left_words(line.available, line.quantity)


def left_words(left: int, wanted: int) -> str:
    """ "Two left, you asked for three." """
    if left == 0:
        return "Sold out just now."
    return f"{spelled(left).capitalize()} left, you asked for {spelled(wanted).lower()}."


def removed_from(variant: Variant, quantity: int) -> Removed:
    return Removed(variant.sku, variant.name, variant.colour, variant.size, quantity, new_operation_id())
