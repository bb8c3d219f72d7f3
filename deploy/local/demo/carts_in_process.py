"""Carts in the memory of one storefront, for the demo alone: what shops with sticky sessions do."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.cart import EMPTY, Cart, CartOrder, settle
from storefront import cart_changes
from storefront.cart_store import Operation, StoreAway, new_cart_id

ONE_PROCESS = "An account's cart would be in one process only."


class CartsInProcess:
    """A CartStore that no other instance sees, and that dies with its process. Of a copy it takes the id alone."""

    def __init__(self) -> None:
        self._carts: dict[str, Cart] = {}

    async def read(self, known: Cart) -> Cart:
        if known.id is None:
            return EMPTY
        return self._carts.get(known.id) or Cart(known.id, 0, MappingProxyType({}))

    async def glance(self, known: Cart) -> Cart:
        return await self.read(known)

    async def add(self, known: Cart, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:  # noqa: ARG002
        return self._keep(cart_changes.added(await self.read(known), sku, quantity, limit))

    async def put(self, known: Cart, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:  # noqa: ARG002
        return self._keep(cart_changes.put(await self.read(known), sku, quantity, limit))

    async def remove(self, known: Cart, sku: str, operation: Operation) -> Cart:  # noqa: ARG002
        return self._keep(cart_changes.removed(await self.read(known), sku))

    async def clear(self, known: Cart, operation: Operation) -> Cart:  # noqa: ARG002
        return self._keep(cart_changes.changed(await self.read(known), {}))

    async def subtract(self, known: Cart, order: CartOrder) -> Cart:
        return self._keep(settle(await self.read(known), [order]))

    async def look_up(self, cart_id: str) -> Cart:  # noqa: ARG002
        raise StoreAway(ONE_PROCESS)

    async def join(self, known: Cart, pieces: Mapping[str, int], join_id: int) -> Cart:  # noqa: ARG002
        raise StoreAway(ONE_PROCESS)

    async def forget(self, cart_id: str) -> None:
        self._carts.pop(cart_id, None)

    def close(self) -> None:
        """The carts are gone then."""

    def _keep(self, cart: Cart) -> Cart:
        kept = Cart(cart.id or new_cart_id(), cart.revision, cart.quantities, cart.ordered_revision)
        if kept.revision:
            self._carts[str(kept.id)] = kept
        return kept
