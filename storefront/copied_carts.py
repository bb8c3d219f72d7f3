"""Carts that are nowhere but in the shopper's signed copy: the cookie store, and the way on while a store is away."""

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.cart import EMPTY, Cart, CartOrder, orders_to_look_for, settle
from storefront import cart_changes
from storefront.cart_store import Operation, OrdersOfCart, StoreAway, new_cart_id

IN_BROWSERS = "Carts are in their shoppers' browsers only."


class CopiedCarts:
    """A CartStore without a memory of its own: the last copy that a browser took is the cart.

    Two changes at once both start from the same copy, and the answer that comes last is what is left. The operations'
    ids are not remembered: sent again with the copy of before, a change is made of that one, and so is done once.
    """

    def __init__(self, orders: OrdersOfCart, step: int = 1) -> None:
        """Take what tells of orders, and by how much a change lifts the revision."""
        self._orders, self._step = orders, step

    async def read(self, known: Cart) -> Cart:
        if known.id is None:
            return EMPTY
        return settle(known, await self._orders(known.id, orders_to_look_for(known)))

    async def glance(self, known: Cart) -> Cart:
        return known

    async def add(self, known: Cart, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:  # noqa: ARG002
        cart = await self.read(known)
        return self._next(cart, cart_changes.added(cart, sku, quantity, limit))

    async def put(self, known: Cart, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:  # noqa: ARG002
        cart = await self.read(known)
        return self._next(cart, cart_changes.put(cart, sku, quantity, limit))

    async def remove(self, known: Cart, sku: str, operation: Operation) -> Cart:  # noqa: ARG002
        cart = await self.read(known)
        return self._next(cart, cart_changes.removed(cart, sku))

    async def clear(self, known: Cart, operation: Operation) -> Cart:  # noqa: ARG002
        cart = await self.read(known)
        return self._next(cart, cart_changes.changed(cart, {}))

    async def subtract(self, known: Cart, order: CartOrder) -> Cart:
        return settle(known, [order])

    async def look_up(self, cart_id: str) -> Cart:  # noqa: ARG002
        raise StoreAway(IN_BROWSERS)

    async def join(self, known: Cart, pieces: Mapping[str, int], join_id: int) -> Cart:  # noqa: ARG002
        raise StoreAway(IN_BROWSERS)

    async def forget(self, cart_id: str) -> None:
        """There is nothing to forget."""

    def close(self) -> None:
        """There is nothing to close."""

    def _next(self, before: Cart, after: Cart) -> Cart:
        if after is before:
            return before
        return replace(after, id=after.id or new_cart_id(), revision=before.revision + self._step)
