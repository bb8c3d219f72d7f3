"""What the catalogue says of a cart today, and what has changed since somebody looked."""

from collections.abc import Mapping

from shared.db import Reads
from shared.domain.cart import MAX_QUANTITY, Cart
from shared.domain.load_runs import run_of_cart
from shared.domain.priced_cart import CartLine, PricedCart
from shared.errors import Change, Shortage
from shared.queries.catalog import Variant
from shared.services.shelves import variants_for

SHIPPING = "shipping"  # the key under which a form keeps the shipping costs it showed


async def price_cart(connection: Reads, cart: Cart) -> PricedCart:
    """Look up every line; a SKU that the catalogue does not know is left out."""
    return priced_with(cart, await variants_for(connection, run_of_cart(cart.id), list(cart.quantities)))


def priced_with(cart: Cart, variants: Mapping[str, Variant]) -> PricedCart:
    """The lines of a cart with what was found of them; what was not is left out."""
    lines = tuple(_line(variants[sku], quantity) for sku, quantity in cart.quantities.items() if sku in variants)
    return PricedCart(id=cart.id, revision=cart.revision, lines=lines)


def shortages(cart: PricedCart) -> list[Shortage]:
    """The lines that ask for more than there is."""
    return [Shortage(line.sku, line.quantity, line.available) for line in cart.lines if line.quantity > _left(line)]


def price_changes(cart: PricedCart, seen: Mapping[str, int]) -> list[Change]:
    """The lines whose unit price is not the one that was seen (by SKU, in cents)."""
    return [
        Change(line.sku, "price", seen[line.sku], line.unit_price_cents)
        for line in cart.lines
        if seen.get(line.sku, line.unit_price_cents) != line.unit_price_cents
    ]


def _left(line: CartLine) -> int:
    return min(0 if line.withdrawn else line.stock, MAX_QUANTITY)


def _line(variant: Variant, quantity: int) -> CartLine:
    return CartLine(
        sku=variant.sku,
        slug=variant.slug,
        name=variant.name,
        colour=variant.colour,
        size=variant.size,
        picture=variant.picture,
        vat_bp=variant.vat_bp,
        quantity=quantity,
        unit_price_cents=variant.price_cents,
        stock=variant.stock,
        withdrawn=variant.withdrawn,
    )
