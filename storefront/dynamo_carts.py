"""Carts in DynamoDB: one item each; a change reads it, works out the next one, and writes it if nobody was faster."""

import asyncio
import random
from collections.abc import Callable, Mapping
from functools import partial
from weakref import WeakValueDictionary

from shared.domain.cart import EMPTY, SKU, Cart, CartOrder, settle
from shared.dynamo import Dynamo, DynamoAway
from shared.errors import OperationReused
from storefront import cart_changes
from storefront.cart_items import CartItem, CartItems
from storefront.cart_store import Behind, Operation, StoreAway, hash_of, new_cart_id

TRIES = 40  # each means that another instance changed the same cart just then
PAUSE_S = 0.02  # at most, before the next one: drawn, so that two do not meet again

Change = Callable[[Cart], Cart]


class DynamoCarts:
    """The carts of the shop, as SharedCarts."""

    def __init__(self, dynamo: Dynamo, table: str, ttl_s: int) -> None:
        self._dynamo, self._items = dynamo, CartItems(dynamo, table, ttl_s)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def read(self, cart_id: str | None) -> Cart:
        if cart_id is None:
            return EMPTY
        try:
            return (await self._items.get(cart_id)).cart
        except DynamoAway as error:
            raise _away() from error

    async def add(self, cart_id: str | None, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:
        change = partial(cart_changes.added, sku=sku, quantity=quantity, limit=limit)
        return await self._change(cart_id, operation, operation.marks("add", sku, quantity), change)

    async def put(self, cart_id: str | None, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:
        change = partial(cart_changes.put, sku=sku, quantity=quantity, limit=limit)
        return await self._change(cart_id, operation, operation.marks("put", sku, quantity), change)

    async def remove(self, cart_id: str | None, sku: str, operation: Operation) -> Cart:
        if cart_id is None or not SKU.fullmatch(sku):
            return await self.read(cart_id)
        change = partial(cart_changes.removed, sku=sku)
        return await self._change(cart_id, operation, operation.marks("remove", sku), change)

    async def clear(self, cart_id: str | None, operation: Operation) -> Cart:
        if cart_id is None:
            return EMPTY
        return await self._change(
            cart_id, operation, operation.marks("clear"), lambda cart: cart_changes.changed(cart, {})
        )

    async def subtract(
        self, cart_id: str, quantities: Mapping[str, int], revision: int, operation: str, known_revision: int = 0
    ) -> Cart:
        order = CartOrder(operation, revision, quantities)

        def change(cart: Cart) -> Cart:
            return settle(cart, [order]) if cart.revision and revision > cart.ordered_revision else cart

        mark = hash_of("order", operation)
        return await self._change(cart_id, Operation(known_revision=known_revision), [mark, mark], change)

    async def restore(self, cart: Cart) -> Cart:
        return await self._change(
            cart.id, Operation(), ["", ""], lambda held: cart if held.revision < cart.revision else held
        )

    async def join(self, cart_id: str, pieces: Mapping[str, int], join_id: int, known_revision: int) -> Cart:
        mark = hash_of("join", join_id)
        change = partial(cart_changes.joined, pieces=pieces)
        return await self._change(cart_id, Operation(known_revision=known_revision), [mark, mark], change)

    async def forget(self, cart_id: str) -> None:
        try:
            await self._items.delete(cart_id)
        except DynamoAway as error:
            raise _away() from error

    def close(self) -> None:
        self._dynamo.close()

    async def _change(self, cart_id: str | None, operation: Operation, marks: list[str], change: Change) -> Cart:
        cart_id = cart_id or new_cart_id()
        turn = self._turns.setdefault(cart_id, asyncio.Lock())  # of this process; conditions settle it with the others
        try:
            async with turn:
                return await self._write(cart_id, operation.known_revision, marks, change)
        except DynamoAway as error:
            raise _away() from error

    async def _write(self, cart_id: str, known_revision: int, marks: list[str], change: Change) -> Cart:
        for _ in range(TRIES):
            item = await self._items.get(cart_id)
            after = _next(item, known_revision, marks, change)
            if after is item or await self._items.put(after):
                return after.cart
            await asyncio.sleep(random.uniform(0, PAUSE_S))  # noqa: S311 (no secret)
        raise StoreAway("Others are changing this cart just now.")


def _next(item: CartItem, known_revision: int, marks: list[str], change: Change) -> CartItem:
    """Work out the next item; the same one when there is nothing to write."""
    if item.cart.revision < known_revision:
        raise Behind
    mark, deed = marks
    if mark and mark in item.operations:
        if item.operations[mark] != deed:
            raise OperationReused
        return item
    cart = change(item.cart)
    if cart.revision == 0 or (cart is item.cart and not mark):
        return item
    return item.followed_by(cart, mark, deed)


def _away() -> StoreAway:
    return StoreAway("Carts cannot be reached for a moment.")
