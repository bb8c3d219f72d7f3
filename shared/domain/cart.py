"""What is in a cart: SKUs and quantities, no price. Prices and stock always come from the catalogue."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

MAX_LINES = 100
MAX_QUANTITY = 99
SKU = re.compile(r"[A-Z0-9-]{1,24}")  # for fullmatch

# An order lifts the revision so far that a copy between the two is known to be from before it was taken out.
ORDER_STEP = 1_000_000


@dataclass(frozen=True)
class Cart:
    """A cart as its store holds it.

    Attributes:
        id: None until something is added for the first time.
        revision: counts changes; 0 means that there is no cart.
        quantities: pieces by SKU, in the order in which they were first added.
        ordered_revision: what it held up to this revision was ordered; copies up to it are dead.
    """

    id: str | None
    revision: int
    quantities: Mapping[str, int]
    ordered_revision: int = 0

    @property
    def item_count(self) -> int:
        return sum(self.quantities.values())


EMPTY = Cart(None, 0, MappingProxyType({}))


@dataclass(frozen=True)
class CartOrder:
    """What an order took out of its cart, and at which revision."""

    number: str
    cart_revision: int
    quantities: Mapping[str, int]


def orders_to_look_for(copy: Cart) -> int:
    """The revision up to which every order was taken out of this copy before it was signed."""
    return max(0, copy.ordered_revision, copy.revision - ORDER_STEP)


def settle(copy: Cart, orders: Sequence[CartOrder]) -> Cart:
    """Take out of a shopper's copy what was ordered and is still in it.

    Args:
        orders: those after `orders_to_look_for`, oldest first.
    """
    cart = Cart(copy.id, copy.revision, copy.quantities, orders_to_look_for(copy))
    for order in orders:
        if order.cart_revision > cart.ordered_revision:
            cart = _without(cart, order)
    return cart


def _without(cart: Cart, order: CartOrder) -> Cart:
    """An order takes the whole cart of its revision; of a later one it leaves what came after."""
    is_dead = cart.revision <= order.cart_revision
    left = {} if is_dead else {sku: pieces - order.quantities.get(sku, 0) for sku, pieces in cart.quantities.items()}
    return Cart(
        cart.id,
        max(cart.revision, order.cart_revision) + ORDER_STEP,
        MappingProxyType({sku: pieces for sku, pieces in left.items() if pieces > 0}),
        order.cart_revision,
    )
