"""What a change makes of a cart, for the stores that work it out here; in Redis scripts do the same."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.cart import MAX_LINES, MAX_QUANTITY, SKU, Cart
from shared.domain.cart_joining import add_up
from shared.errors import CartFull, Shortage, SoldOut
from storefront.cart_store import too_many


def added(cart: Cart, sku: str, quantity: int, limit: int) -> Cart:
    """More pieces in a line; `put` tells what it raises."""
    _check(sku, quantity)
    return _hold(cart, sku, cart.quantities.get(sku, 0) + quantity, limit)


def put(cart: Cart, sku: str, quantity: int, limit: int) -> Cart:
    """A line of so many pieces.

    Raises:
        Invalid, SoldOut, CartFull: as in `CartStore.add`.
    """
    _check(sku, quantity)
    return _hold(cart, sku, quantity, limit)


def removed(cart: Cart, sku: str) -> Cart:
    return changed(cart, {one: pieces for one, pieces in cart.quantities.items() if one != sku})


def joined(cart: Cart, pieces: Mapping[str, int]) -> Cart:
    return changed(cart, add_up(cart.quantities, pieces))


def changed(cart: Cart, quantities: dict[str, int]) -> Cart:
    """What changes nothing keeps the revision."""
    if quantities == cart.quantities:
        return cart
    return Cart(cart.id, cart.revision + 1, MappingProxyType(quantities), cart.ordered_revision)


def _check(sku: str, quantity: int) -> None:
    if not SKU.fullmatch(sku):
        raise ValueError("not a SKU")  # the caller has found it in the catalogue
    if not 1 <= quantity <= MAX_QUANTITY:
        raise too_many()


def _hold(cart: Cart, sku: str, pieces: int, limit: int) -> Cart:
    if pieces > MAX_QUANTITY:
        raise too_many()
    if pieces > limit:
        raise SoldOut([Shortage(sku, wanted=pieces, left=max(limit, 0))])
    if sku not in cart.quantities and len(cart.quantities) >= MAX_LINES:
        raise CartFull
    return changed(cart, {**cart.quantities, sku: pieces})
