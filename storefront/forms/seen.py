"""The prices that a page showed, in its hidden field `seen`: `SKU*8900~SKU*1900~standard*490~express*990`.

They never set a price; they only tell whether the shopper has seen today's.
"""

import re
from collections.abc import Mapping

from shared.domain.priced_cart import PricedCart
from shared.domain.shipping import ShippingMethod, ShippingPrices
from shared.errors import FieldError, Invalid
from shared.services.cart_prices import SHIPPING

PIECE = re.compile(r"(?:[A-Z0-9-]{1,24}|standard|express)\*[0-9]{1,9}")
METHODS = frozenset(ShippingMethod)


def write_seen(cart: PricedCart, prices: ShippingPrices) -> str:
    shown = {line.sku: line.unit_price_cents for line in cart.lines}
    shown |= {method: prices.cents(method, cart.subtotal_cents) for method in ShippingMethod}
    return "~".join(f"{name}*{cents}" for name, cents in shown.items())


def read_seen(text: str, method: ShippingMethod) -> Mapping[str, int]:
    """What was seen by SKU, and under "shipping" what the chosen method cost.

    Raises:
        Invalid: this is not ours.
    """
    pieces = text.split("~") if text else []
    if not all(PIECE.fullmatch(piece) for piece in pieces):
        raise Invalid(errors=[FieldError("seen", "Open the page afresh and try again.")])
    shown = {name: int(cents) for name, cents in (piece.split("*") for piece in pieces)}
    goods = {name: cents for name, cents in shown.items() if name not in METHODS}
    return goods | ({SHIPPING: shown[method]} if method in shown else {})
