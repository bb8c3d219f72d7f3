"""A shared store of carts whose loss nobody notices: it is mended from the shopper's signed copy."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from shared.domain.cart import EMPTY, Cart, CartOrder, orders_to_look_for, settle
from shared.errors import Unavailable
from storefront.cart_store import Behind, Operation, OrdersOfCart, SharedCarts, StoreAway
from storefront.copied_carts import CopiedCarts

# A change made on the copy lifts the revision so far that it outranks what the store may still do with a late command.
AWAY_STEP = 1000
TRIES = 3  # each means that the store lost everything once more, just now

Change = Callable[[Cart], Awaitable[Cart]]


class KeptCarts:
    """The CartStore over a shared store. The newer revision wins; what was ordered never comes back."""

    def __init__(self, shared: SharedCarts, orders: OrdersOfCart) -> None:
        self.shared, self._orders = shared, orders
        self._copies = CopiedCarts(orders, AWAY_STEP)

    async def read(self, known: Cart) -> Cart:
        if known.id is None:
            return EMPTY
        try:
            cart = await self.shared.read(known.id)
            if cart.revision < known.revision:
                cart = await self._restore(known)
            return await self._without_orders(cart)
        except StoreAway:
            return await self._copies.read(known)

    async def glance(self, known: Cart) -> Cart:
        try:
            return max(known, await self.shared.read(known.id), key=lambda cart: cart.revision)
        except StoreAway:
            return known

    async def add(self, known: Cart, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:
        return await self._do(
            known,
            lambda cart: self.shared.add(cart.id, sku, quantity, limit, _knowing(operation, cart)),
            lambda cart: self._copies.add(cart, sku, quantity, limit, operation),
        )

    async def put(self, known: Cart, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:
        return await self._do(
            known,
            lambda cart: self.shared.put(cart.id, sku, quantity, limit, _knowing(operation, cart)),
            lambda cart: self._copies.put(cart, sku, quantity, limit, operation),
        )

    async def remove(self, known: Cart, sku: str, operation: Operation) -> Cart:
        return await self._do(
            known,
            lambda cart: self.shared.remove(cart.id, sku, _knowing(operation, cart)),
            lambda cart: self._copies.remove(cart, sku, operation),
        )

    async def clear(self, known: Cart, operation: Operation) -> Cart:
        return await self._do(
            known,
            lambda cart: self.shared.clear(cart.id, _knowing(operation, cart)),
            lambda cart: self._copies.clear(cart, operation),
        )

    async def subtract(self, known: Cart, order: CartOrder) -> Cart:
        return await self._once_mended(
            known, lambda cart: self._subtract(cart, order), lambda cart: self._copies.subtract(cart, order)
        )

    async def look_up(self, cart_id: str) -> Cart:
        return await self._without_orders(await self.shared.read(cart_id))

    async def join(self, known: Cart, pieces: Mapping[str, int], join_id: int) -> Cart:
        assert known.id is not None
        for _ in range(TRIES):
            try:
                return await self.shared.join(known.id, pieces, join_id, known.revision)
            except Behind:
                await self._restore(known)
        raise StoreAway("Carts cannot be reached for a moment.")

    async def forget(self, cart_id: str) -> None:
        with suppress(StoreAway):
            await self.shared.forget(cart_id)

    def close(self) -> None:
        self.shared.close()

    async def _do(self, known: Cart, change: Change, on_copy: Change) -> Cart:
        """What was ordered goes out first, should a storefront have died before it did that.

        A cart needs no database to change: with that away, what was ordered goes out at the next reading.
        """
        with suppress(Unavailable):
            if known.id and await self._orders(known.id, orders_to_look_for(known)):
                known = await self.read(known)
        return await self._once_mended(known, change, on_copy)

    async def _once_mended(self, known: Cart, change: Change, on_copy: Change) -> Cart:
        try:
            for _ in range(TRIES):
                try:
                    return await change(known)
                except Behind:
                    await self._restore(known)
        except StoreAway:
            pass
        return await on_copy(known)

    async def _restore(self, known: Cart) -> Cart:
        assert known.id is not None
        orders = await self._orders(known.id, orders_to_look_for(known))
        return await self.shared.restore(settle(known, orders))

    async def _without_orders(self, cart: Cart) -> Cart:
        """Take out what was ordered and is still in it, because the store was away just then."""
        if cart.id is None or not cart.quantities:
            return cart
        for order in await self._orders(cart.id, cart.ordered_revision):
            cart = await self._subtract(cart, order)
        return cart

    async def _subtract(self, cart: Cart, order: CartOrder) -> Cart:
        name, revision = f"order:{order.number}", order.cart_revision
        return await self.shared.subtract(cart.id or "", order.quantities, revision, name, cart.revision)


def _knowing(operation: Operation, known: Cart) -> Operation:
    return replace(operation, known_revision=known.revision)
