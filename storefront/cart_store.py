"""What every store of carts does. The shopper's signed copy goes in, the whole cart comes out.

CartStore: what handlers use; CART_STORE chooses one.
 ├ CopiedCarts: the copy is the cart (cookie), and the way on while a shared store is away
 └ KeptCarts: a SharedCarts, mended from the copy when it has lost something
    SharedCarts: one place for all instances
     ├ Carts: Redis
     └ DynamoCarts: DynamoDB
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.domain.cart import MAX_QUANTITY, Cart, CartOrder
from shared.errors import FieldError, Invalid, Unavailable

KEPT_OPERATIONS = 256


@dataclass(frozen=True)
class Operation:
    """One change as the shopper sent it. Sent again, it does nothing twice.

    Attributes:
        id: the Operation-Id, or None. A form that changes several lines derives one id for each.
        body_sha: hash of the request's body. What is done to which SKU counts as well, without being in it.
        known_revision: the revision that the shopper was shown; a store that holds less has lost something.
    """

    id: str | None = None
    body_sha: str = ""
    known_revision: int = 0

    def marks(self, *deed: Any) -> list[str]:
        """Return the hash of its id and that of what it does; two empty texts when it has no id."""
        return ["", ""] if self.id is None else [hash_of("shopper", self.id), hash_of(*deed, self.body_sha)]


class StoreAway(Unavailable):
    """The store cannot be reached, or not in time; whether the last change was made is unknown."""


class Behind(Exception):
    """The store holds an older cart than the shopper's copy, or none: nothing was changed."""


class OrdersOfCart(Protocol):
    """Asks the database, which always knows, what became an order of a cart after a revision; oldest first."""

    async def __call__(self, cart_id: str, after_revision: int) -> Sequence[CartOrder]: ...


class CartStore(Protocol):
    """Every method takes the shopper's copy, EMPTY if there is none, and answers with the whole cart."""

    async def read(self, known: Cart) -> Cart:
        """Return the cart without what became an order; revision 0 and no lines when there is none."""
        ...

    async def glance(self, known: Cart) -> Cart:
        """Return the cart as it can be told while the database is away: to be looked at, as an order may be in it."""
        ...

    async def add(self, known: Cart, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:
        """Put more pieces of a variant into the cart; the first ones make it.

        Args:
            limit: pieces that the line may hold, the smaller of 99 and the stock.
        Raises:
            Invalid: the quantity is below 1, or the line would hold more than 99.
            SoldOut: the line would hold more than limit; nothing is added.
            CartFull: this would be the 101st line.
            OperationReused: this operation's id was used for another change.
        """
        ...

    async def put(self, known: Cart, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:
        """Let a line hold so many pieces, whether it is there or not; otherwise like `add`."""
        ...

    async def remove(self, known: Cart, sku: str, operation: Operation) -> Cart:
        """Take a line out; one that is not there changes nothing."""
        ...

    async def clear(self, known: Cart, operation: Operation) -> Cart:
        """Take all lines out; the cart keeps its id and its revision."""
        ...

    async def subtract(self, known: Cart, order: CartOrder) -> Cart:
        """Take out what was ordered, once for each order however often this is called; what came later stays."""
        ...

    async def look_up(self, cart_id: str) -> Cart:
        """Return a cart by its id alone, as an account knows it; revision 0 when the store does not know it.

        Raises:
            StoreAway: the store is away, or carts are in browsers only.
        """
        ...

    async def join(self, known: Cart, pieces: Mapping[str, int], join_id: int) -> Cart:
        """Add what came out of a guest's cart, once for each join; 99 pieces a line, 100 lines, no more.

        Raises:
            StoreAway: as in `look_up`; whether it was added is unknown, and it may be sent again.
        """
        ...

    async def forget(self, cart_id: str) -> None:
        """Keep nothing of a cart; a store that is away lets it expire."""
        ...

    def close(self) -> None:
        """Begin nothing more."""
        ...


class SharedCarts(Protocol):
    """Carts by id. All methods raise StoreAway, those that change a cart Behind as well."""

    async def read(self, cart_id: str | None) -> Cart: ...

    async def add(self, cart_id: str | None, sku: str, quantity: int, limit: int, operation: Operation) -> Cart: ...

    async def put(self, cart_id: str | None, sku: str, quantity: int, limit: int, operation: Operation) -> Cart: ...

    async def remove(self, cart_id: str | None, sku: str, operation: Operation) -> Cart: ...

    async def clear(self, cart_id: str | None, operation: Operation) -> Cart: ...

    async def subtract(
        self, cart_id: str, quantities: Mapping[str, int], revision: int, operation: str, known_revision: int = 0
    ) -> Cart: ...

    async def restore(self, cart: Cart) -> Cart:
        """Hold this cart, unless a newer one is there; answer with the one that is held then."""
        ...

    async def join(self, cart_id: str, pieces: Mapping[str, int], join_id: int, known_revision: int) -> Cart: ...

    async def forget(self, cart_id: str) -> None: ...

    def close(self) -> None: ...


def new_cart_id() -> str:
    """Draw 128 random bits as 22 characters that fit into cookies, without a dot."""
    return secrets.token_urlsafe(16)


def hash_of(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def too_many() -> Invalid:
    return Invalid(errors=[FieldError("quantity", f"Choose a quantity from 1 to {MAX_QUANTITY}.")])
