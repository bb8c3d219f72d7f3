"""A cart as an item of DynamoDB. What has expired is as good as gone, though it may lie there for days."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

from shared.domain.cart import Cart
from shared.dynamo import Dynamo, Refused
from storefront.cart_store import KEPT_OPERATIONS


@dataclass(frozen=True)
class CartItem:
    """A cart with its operations (hash of the id -> hash of the deed, oldest first) and how often it was written."""

    cart: Cart
    operations: Mapping[str, str]
    version: int = 0  # 0: there is no such item yet

    def followed_by(self, cart: Cart, mark: str, deed: str) -> "CartItem":
        """The next one, in which the operation is remembered, if it has an id."""
        operations = {**self.operations, mark: deed} if mark else dict(self.operations)
        kept = islice(operations.items(), max(0, len(operations) - KEPT_OPERATIONS), None)
        return CartItem(cart, MappingProxyType(dict(kept)), self.version)


class CartItems:
    def __init__(self, dynamo: Dynamo, table: str, ttl_s: int, clock: Callable[[], float] = time.time) -> None:
        self._dynamo, self._table, self._ttl_s, self._clock = dynamo, table, ttl_s, clock

    async def get(self, cart_id: str) -> CartItem:
        """Read an item, the latest one; without lines and with revision 0 if there is none or it has expired."""
        answer = await self._dynamo.call(
            "get_item", TableName=self._table, Key={"id": {"S": cart_id}}, ConsistentRead=True
        )
        found = answer.get("Item")
        nothing = CartItem(Cart(cart_id, 0, MappingProxyType({})), MappingProxyType({}))
        if found is None:
            return nothing
        if int(found["expires_at"]["N"]) <= self._clock():
            return CartItem(nothing.cart, nothing.operations, int(found["version"]["N"]))
        return _read(cart_id, found)

    async def put(self, item: CartItem) -> bool:
        """Write an item in the place of the one it follows; tells whether that was still there."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(id)"}
        if item.version:
            held = {":held": {"N": str(item.version)}}
            condition = {"ConditionExpression": "version = :held", "ExpressionAttributeValues": held}
        try:
            await self._dynamo.call("put_item", TableName=self._table, Item=self._written(item), **condition)
        except Refused:
            return False
        return True

    async def delete(self, cart_id: str) -> None:
        await self._dynamo.call("delete_item", TableName=self._table, Key={"id": {"S": cart_id}})

    def _written(self, item: CartItem) -> dict[str, Any]:
        cart = item.cart
        return {
            "id": {"S": cart.id},
            "version": {"N": str(item.version + 1)},
            "revision": {"N": str(cart.revision)},
            "ordered_revision": {"N": str(cart.ordered_revision)},
            "lines": {"S": "~".join(f"{sku}*{pieces}" for sku, pieces in cart.quantities.items())},
            "operations": {"S": "~".join(f"{mark}*{deed}" for mark, deed in item.operations.items())},
            "expires_at": {"N": str(int(self._clock()) + self._ttl_s)},
        }


def _read(cart_id: str, found: Mapping[str, Any]) -> CartItem:
    quantities = {sku: int(pieces) for sku, pieces in _pairs(found["lines"]["S"])}
    revision, ordered_revision = int(found["revision"]["N"]), int(found["ordered_revision"]["N"])
    cart = Cart(cart_id, revision, MappingProxyType(quantities), ordered_revision)
    return CartItem(cart, MappingProxyType(dict(_pairs(found["operations"]["S"]))), int(found["version"]["N"]))


def _pairs(text: str) -> list[tuple[str, str]]:
    found = [part.partition("*") for part in text.split("~")] if text else []
    return [(name, value) for name, _, value in found]
