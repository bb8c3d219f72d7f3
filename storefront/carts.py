"""Carts in Redis: one hash each, every change one script call that decides, changes and answers with the whole cart."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from redis.exceptions import NoScriptError, RedisError

from shared.domain.cart import EMPTY, MAX_LINES, MAX_QUANTITY, ORDER_STEP, SKU, Cart
from shared.errors import CartFull, OperationReused, Shortage, SoldOut
from shared.redis_client import WatchedRedis
from storefront.cart_store import KEPT_OPERATIONS, Behind, Operation, StoreAway, hash_of, new_cart_id, too_many

RENEW_AFTER_S = 3600  # reading renews a cart's life, but not on every read

_SCRIPTS = Path(__file__).parent / "cart_scripts"
_LIMITS = (
    f"local MAX_LINES, MAX_QUANTITY, KEPT_OPERATIONS, ORDER_STEP = "
    f"{MAX_LINES}, {MAX_QUANTITY}, {KEPT_OPERATIONS}, {ORDER_STEP}\n"
)


class Script:
    """One Lua script, known to Redis by its hash."""

    def __init__(self, *parts: str) -> None:
        self.text = "".join(parts)
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    async def run(self, redis: WatchedRedis, keys: tuple[str, str], arguments: list[Any]) -> Any:
        """Run by hash; a Redis that forgot its scripts (restart, failover) gets the text, and runs it then."""
        try:
            return await redis.ask("EVALSHA", self.sha, len(keys), *keys, *arguments)
        except NoScriptError:
            return await redis.ask("EVAL", self.text, len(keys), *keys, *arguments)


def _change(verb: str) -> Script:
    return Script(_LIMITS, *((_SCRIPTS / f"{name}.lua").read_text(encoding="utf-8") for name in ("common", verb)))


class Carts:
    """The carts of the shop, as SharedCarts. Each method raises StoreAway when Redis is away; nothing is half-done."""

    _read = Script((_SCRIPTS / "read.lua").read_text(encoding="utf-8"))
    _changes: Mapping[str, Script] = {
        verb: _change(verb) for verb in ("add", "put", "remove", "clear", "subtract", "restore", "join")
    }

    def __init__(self, redis: WatchedRedis, ttl_s: int) -> None:
        self._redis = redis
        self._ttl_s = ttl_s

    async def read(self, cart_id: str | None) -> Cart:
        """Return a cart; revision 0 and no lines when there is none, for which no key is made."""
        if cart_id is None:
            return EMPTY
        renew_below_s = self._ttl_s - min(RENEW_AFTER_S, self._ttl_s // 24)
        return _cart(cart_id, (await self._run(self._read, cart_id, [self._ttl_s, renew_below_s]))[2])

    async def add(self, cart_id: str | None, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:
        return await self._hold("add", cart_id or new_cart_id(), (sku, quantity, limit), operation)

    async def put(self, cart_id: str | None, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:
        return await self._hold("put", cart_id or new_cart_id(), (sku, quantity, limit), operation)

    async def remove(self, cart_id: str | None, sku: str, operation: Operation) -> Cart:
        if cart_id is None or not SKU.fullmatch(sku):
            return await self.read(cart_id)
        arguments = [*operation.marks("remove", sku), operation.known_revision, sku]
        return _cart(cart_id, (await self._call("remove", cart_id, arguments))[2])

    async def clear(self, cart_id: str | None, operation: Operation) -> Cart:
        if cart_id is None:
            return EMPTY
        arguments = [*operation.marks("clear"), operation.known_revision]
        return _cart(cart_id, (await self._call("clear", cart_id, arguments))[2])

    async def subtract(
        self, cart_id: str, quantities: Mapping[str, int], revision: int, operation: str, known_revision: int = 0
    ) -> Cart:
        """Take out what was ordered, once for each order however often this is called; what came later stays.

        Args:
            revision: of the cart as it was ordered; nothing happens when it, or a later one, was subtracted before.
            operation: "order:NUMBER".
        """
        pieces = [part for sku, quantity in sorted(quantities.items()) for part in (sku, quantity)]
        mark = hash_of("order", operation)  # apart from the shoppers' operations, so that none of them is in its way
        arguments = [mark, mark, known_revision, revision, *pieces]
        return _cart(cart_id, (await self._call("subtract", cart_id, arguments))[2])

    async def restore(self, cart: Cart) -> Cart:
        assert cart.id is not None
        pieces = [part for line in cart.quantities.items() for part in line]
        arguments = ["", "", 0, cart.revision, cart.ordered_revision, *pieces]
        return _cart(cart.id, (await self._call("restore", cart.id, arguments))[2])

    async def join(self, cart_id: str, pieces: Mapping[str, int], join_id: int, known_revision: int) -> Cart:
        mark = hash_of("join", join_id)
        arguments = [mark, mark, known_revision, *(part for line in pieces.items() for part in line)]
        return _cart(cart_id, (await self._call("join", cart_id, arguments))[2])

    async def forget(self, cart_id: str) -> None:
        try:
            await self._redis.delete(*_keys(cart_id))
        except (RedisError, OSError) as error:
            raise StoreAway("Carts cannot be reached for a moment.") from error

    def close(self) -> None:
        """The connections belong to whoever opened them."""

    async def _hold(self, verb: str, cart_id: str, line: tuple[str, int, int], operation: Operation) -> Cart:
        sku, quantity, limit = line
        if not SKU.fullmatch(sku):
            raise ValueError("not a SKU")  # the caller has found it in the catalogue
        if not 1 <= quantity <= MAX_QUANTITY:
            raise too_many()
        arguments = [*operation.marks(verb, sku, quantity), operation.known_revision, *line]
        outcome, pieces, fields = await self._call(verb, cart_id, arguments)
        if outcome == "too many":
            raise too_many()
        if outcome == "sold out":
            raise SoldOut([Shortage(sku, wanted=pieces, left=max(limit, 0))])
        if outcome == "full":
            raise CartFull
        return _cart(cart_id, fields)

    async def _call(self, verb: str, cart_id: str, arguments: list[Any]) -> tuple[str, int, list[str]]:
        outcome, pieces, fields = await self._run(self._changes[verb], cart_id, [self._ttl_s, *arguments])
        if outcome == "reused":
            raise OperationReused
        if outcome == "behind":
            raise Behind
        return outcome, pieces, fields

    async def _run(self, script: Script, cart_id: str, arguments: list[Any]) -> Any:
        try:
            return await script.run(self._redis, _keys(cart_id), arguments)
        except (RedisError, OSError) as error:
            raise StoreAway("Carts cannot be reached for a moment.") from error


def _keys(cart_id: str) -> tuple[str, str]:
    """The cart and its operations; in a cluster the braces keep both on one node."""
    key = f"cart:{{{cart_id}}}"
    return key, f"{key}:ops"


def _cart(cart_id: str, fields: list[str]) -> Cart:
    found = dict(zip(fields[::2], map(int, fields[1::2]), strict=True))
    revision, ordered_revision = found.pop("#rev", 0), found.pop("#ordered", 0)
    return Cart(cart_id, revision, MappingProxyType(found), ordered_revision)
