"""A shopper who does one thing at a time, and a model of what must be in the cart then."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from shared.domain.cart import EMPTY, Cart, CartOrder
from storefront.cart_cookie import decode, encode
from storefront.cart_store import CartStore, Operation

SECRETS = ["a-secret-of-32-characters-or-more"]


@dataclass
class Database:
    """What MySQL knows of orders."""

    orders: list[CartOrder] = field(default_factory=list)

    async def __call__(self, cart_id: str, after_revision: int) -> Sequence[CartOrder]:
        return [order for order in self.orders if order.cart_revision > after_revision]


@dataclass
class Shopper:
    """One browser: its cookie, and the pieces that must be in its cart."""

    store: CartStore
    database: Database
    cookie: str = ""
    expected: dict[str, int] = field(default_factory=dict)
    done: int = 0

    @property
    def known(self) -> Cart:
        copy = decode(self.cookie, SECRETS)
        return Cart(copy.id, copy.revision, copy.quantities) if copy else EMPTY

    def keep(self, cart: Cart) -> None:
        assert cart.revision >= self.known.revision
        if cart.id and cart.revision:
            self.cookie = encode(cart, SECRETS)

    async def look(self) -> None:
        cart = await self.store.read(self.known)
        assert dict(cart.quantities) == self.expected
        self.keep(cart)

    async def change(
        self, verb: str, sku: str, pieces: int, meanwhile: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Change the cart; with `meanwhile` the answer is lost, that happens, and the same is sent once more."""
        self.done += 1
        if meanwhile:
            await self._send(verb, sku, pieces)
            await meanwhile()
        cart = await self._send(verb, sku, pieces)
        self._expect(verb, sku, pieces)
        assert dict(cart.quantities) == self.expected
        self.keep(cart)

    async def order(self, *, is_taken_out: bool) -> None:
        """Order all of it; the storefront may die before it takes that out, and before it answers."""
        cart = await self.store.read(self.known)
        self.keep(cart)
        if not cart.quantities:
            return
        order = CartOrder(f"N{len(self.database.orders)}", cart.revision, cart.quantities)
        self.database.orders.append(order)
        self.expected = {}
        if is_taken_out:
            await self.store.subtract(cart, order)

    async def _send(self, verb: str, sku: str, pieces: int) -> Cart:
        operation = Operation(f"op-{self.done}")
        if verb == "remove":
            return await self.store.remove(self.known, sku, operation)
        if verb == "clear":
            return await self.store.clear(self.known, operation)
        hold = self.store.add if verb == "add" else self.store.put
        return await hold(self.known, sku, pieces, 99, operation)

    def _expect(self, verb: str, sku: str, pieces: int) -> None:
        if verb == "clear":
            self.expected = {}
        elif verb == "remove":
            self.expected.pop(sku, None)
        else:
            self.expected[sku] = pieces + (self.expected.get(sku, 0) if verb == "add" else 0)
