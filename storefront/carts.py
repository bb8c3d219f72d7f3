"""Carts in Redis: one hash each, every change one script call that decides, changes and answers with the whole cart."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from shared.domain.cart import EMPTY, MAX_LINES, MAX_QUANTITY, SKU, Cart
from shared.errors import CartFull, FieldError, Invalid, OperationReused, Shortage, SoldOut, Unavailable

KEPT_OPERATIONS = 256
RENEW_AFTER_S = 3600  # reading renews a cart's life, but not on every read

_SCRIPTS = Path(__file__).parent / "cart_scripts"
_LIMITS = f"local MAX_LINES, MAX_QUANTITY, KEPT_OPERATIONS = {MAX_LINES}, {MAX_QUANTITY}, {KEPT_OPERATIONS}\n"


def new_cart_id() -> str:
    """Draw 128 random bits as 22 characters that fit into cookies, without a dot."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Operation:
    """One change as the shopper sent it. Sent again, it does nothing twice.

    Attributes:
        id: the Operation-Id, or None. A form that changes several lines derives one id for each.
        body_sha: hash of the request's body. What is done to which SKU counts as well, without being in it.
        cookie_revision: the revision in the shopper's cookie; a cart that Redis lost counts on from there.
    """

    id: str | None = None
    body_sha: str = ""
    cookie_revision: int = 0


class Script:
    """One Lua script, known to Redis by its hash."""

    def __init__(self, *parts: str) -> None:
        self.text = "".join(parts)
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    async def run(self, redis: Redis, keys: tuple[str, str], arguments: list[Any]) -> Any:
        """Run by hash; a Redis that forgot its scripts (restart, failover) gets the text, and runs it then."""
        try:
            return await redis.evalsha(self.sha, len(keys), *keys, *arguments)
        except NoScriptError:
            await redis.script_load(self.text)
            return await redis.evalsha(self.sha, len(keys), *keys, *arguments)


def _change(verb: str) -> Script:
    return Script(_LIMITS, *((_SCRIPTS / f"{name}.lua").read_text(encoding="utf-8") for name in ("common", verb)))


class Carts:
    """Every cart of the shop. All methods raise Unavailable when Redis is away, and then nothing is half-done."""

    _read = Script((_SCRIPTS / "read.lua").read_text(encoding="utf-8"))
    _changes: Mapping[str, Script] = {verb: _change(verb) for verb in ("add", "put", "remove", "clear", "subtract")}

    def __init__(self, redis: Redis, ttl_s: int) -> None:
        self._redis = redis
        self._ttl_s = ttl_s

    async def read(self, cart_id: str | None) -> Cart:
        """Return a cart; revision 0 and no lines when there is none, for which no key is made."""
        if cart_id is None:
            return EMPTY
        renew_below_s = self._ttl_s - min(RENEW_AFTER_S, self._ttl_s // 24)
        return _cart(cart_id, (await self._run(self._read, cart_id, [self._ttl_s, renew_below_s]))[2])

    async def add(self, cart_id: str | None, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:
        """Put more pieces of a variant into the cart; the first ones make it, under a new id if there is none.

        Args:
            limit: pieces that the line may hold, the smaller of 99 and the stock.
        Raises:
            Invalid: the quantity is below 1, or the line would hold more than 99.
            SoldOut: the line would hold more than limit; nothing is added.
            CartFull: this would be the 101st line.
            OperationReused: this operation's id was used for another change.
        """
        return await self._hold("add", cart_id or new_cart_id(), (sku, quantity, limit), operation)

    async def put(self, cart_id: str | None, sku: str, quantity: int, limit: int, operation: Operation) -> Cart:
        """Let a line hold so many pieces, whether it is there or not; otherwise like `add`."""
        return await self._hold("put", cart_id or new_cart_id(), (sku, quantity, limit), operation)

    async def remove(self, cart_id: str | None, sku: str, operation: Operation) -> Cart:
        """Take a line out; one that is not there changes nothing."""
        if cart_id is None or not SKU.fullmatch(sku):
            return await self.read(cart_id)
        marks = _marks(operation, "remove", sku)
        return _cart(cart_id, (await self._call("remove", cart_id, marks, [sku]))[2])

    async def clear(self, cart_id: str | None, operation: Operation) -> Cart:
        """Take all lines out; the cart keeps its id and its revision."""
        if cart_id is None:
            return EMPTY
        return _cart(cart_id, (await self._call("clear", cart_id, _marks(operation, "clear"), []))[2])

    async def subtract(self, cart_id: str, quantities: Mapping[str, int], revision: int, operation: str) -> Cart:
        """Take out what was ordered, once for each order however often this is called; what came later stays.

        Args:
            revision: of the cart as it was ordered; nothing happens when it, or a later one, was subtracted before.
            operation: "order:NUMBER".
        """
        pieces = [part for sku, quantity in sorted(quantities.items()) for part in (sku, quantity)]
        mark = _hash("order", operation)  # apart from the shoppers' operations, so that none of them is in its way
        return _cart(cart_id, (await self._call("subtract", cart_id, [mark, mark], [revision, *pieces]))[2])

    async def _hold(self, verb: str, cart_id: str, line: tuple[str, int, int], operation: Operation) -> Cart:
        sku, quantity, limit = line
        if not SKU.fullmatch(sku):
            raise ValueError("not a SKU")  # the caller has found it in the catalogue
        if not 1 <= quantity <= MAX_QUANTITY:
            raise _too_many()
        marks = _marks(operation, verb, sku, quantity)
        outcome, pieces, fields = await self._call(verb, cart_id, marks, [*line, operation.cookie_revision])
        if outcome == "too many":
            raise _too_many()
        if outcome == "sold out":
            raise SoldOut([Shortage(sku, wanted=pieces, left=max(limit, 0))])
        if outcome == "full":
            raise CartFull
        return _cart(cart_id, fields)

    async def _call(
        self, verb: str, cart_id: str, marks: list[str], arguments: list[Any]
    ) -> tuple[str, int, list[str]]:
        outcome, pieces, fields = await self._run(self._changes[verb], cart_id, [self._ttl_s, *marks, *arguments])
        if outcome == "reused":
            raise OperationReused
        return outcome, pieces, fields

    async def _run(self, script: Script, cart_id: str, arguments: list[Any]) -> Any:
        key = f"cart:{{{cart_id}}}"  # in a cluster the braces keep both keys on one node
        try:
            return await script.run(self._redis, (key, f"{key}:ops"), arguments)
        except (RedisError, OSError) as error:
            raise Unavailable("Carts cannot be reached for a moment.") from error


def _cart(cart_id: str, fields: list[str]) -> Cart:
    found = dict(zip(fields[::2], map(int, fields[1::2]), strict=True))
    revision, ordered_revision = found.pop("#rev", 0), found.pop("#ordered", 0)
    return Cart(cart_id, revision, MappingProxyType(found), ordered_revision)


def _marks(operation: Operation, *deed: Any) -> list[str]:
    """Return the operation's hash and that of what it does; two empty texts when it has no id."""
    return ["", ""] if operation.id is None else [_hash("shopper", operation.id), _hash(*deed, operation.body_sha)]


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _too_many() -> Invalid:
    return Invalid(errors=[FieldError("quantity", f"Choose a quantity from 1 to {MAX_QUANTITY}.")])
