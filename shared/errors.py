"""What can go wrong in the shop, as one tree. HTTP is told once: by `status` and `name`.

ShopError
 ├ Unreadable 400 ─ KeyMissing
 ├ Forbidden 403 ─ BadRunToken
 ├ NotFound 404 · Gone 410
 ├ TooLarge 413 · UnsupportedMediaType 415 · WrongHost 421
 ├ Conflict 409 ─ SoldOut, CartChanged, CartEmpty, CartFull, CartOrdered, RunExists, RunClosed, RunMixed
 ├ Invalid 422 ─ KeyReused, OperationReused
 ├ TooMany 429
 └ Unavailable 503 ─ TooBusy
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """One field at fault: its name, dotted (`shipping_address.postcode`), and how it looks when right."""

    field: str
    message: str


class ShopError(Exception):
    """An expected failure, with what a problem document (RFC 9457) says of it."""

    status: ClassVar[int] = 500
    name: ClassVar[str] = "internal"
    title: ClassVar[str] = "A thread broke on our side"

    def __init__(
        self,
        detail: str = "",
        errors: Sequence[FieldError] = (),
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.members = dict(members or {})


class Unreadable(ShopError):
    status, name, title = 400, "unreadable", "We could not read that"


class KeyMissing(Unreadable):
    name, title = "key-missing", "The header Idempotency-Key is missing"


class Forbidden(ShopError):
    status, name, title = 403, "forbidden", "This did not come from our own page"


class BadRunToken(Forbidden):
    name, title = "test-run", "X-Test-Run holds no token that is good now"


class NotFound(ShopError):
    status, name, title = 404, "not-found", "There is no such thing"


class MethodNotAllowed(ShopError):
    status, name, title = 405, "method-not-allowed", "That way is closed"


class Gone(ShopError):
    status, name, title = 410, "gone", "This one has left the wardrobe"


class TooLarge(ShopError):
    status, name, title = 413, "too-large", "That is more than we can read"


class UnsupportedMediaType(ShopError):
    status, name, title = 415, "unsupported-media-type", "This kind of content is not read here"


class WrongHost(ShopError):
    status, name, title = 421, "wrong-host", "No shop at this address"


class Conflict(ShopError):
    status, name, title = 409, "conflict", "This does not go together with what is there"


@dataclass(frozen=True)
class Shortage:
    """More was wanted than is left."""

    sku: str
    wanted: int
    left: int


class SoldOut(Conflict):
    """Not enough pieces; `lines` names each variant with what is left, capped at 99."""

    name, title = "sold-out", "Not all of it is left"

    def __init__(self, lines: Sequence[Shortage]) -> None:
        self.lines = tuple(lines)
        rows = [{"sku": line.sku, "wanted": line.wanted, "left": line.left} for line in self.lines]
        super().__init__("Somebody was faster, or fewer are left than you asked for.", members={"lines": rows})


class CartEmpty(Conflict):
    name, title = "cart-empty", "The cart is empty"


class CartFull(Conflict):
    name, title = "cart-full", "A cart holds 100 different pieces"


@dataclass(frozen=True)
class Change:
    """What differs from what the shopper last saw; kind: price, quantity, sold_out, gone, shipping or revision."""

    sku: str | None
    kind: str
    was: Any
    now: Any


class CartChanged(Conflict):
    """Something differs from what was shown; `cart` is today's PricedCart."""

    name, title = "cart-changed", "Something changed since you last looked"

    def __init__(self, changes: Sequence[Change], cart: Any) -> None:
        self.changes, self.cart = tuple(changes), cart
        super().__init__("Look through the changes and order again if they suit you.")


class CartOrdered(Conflict):
    """This cart, as it was, has become an order already (two tabs, two keys)."""

    name, title = "cart-ordered", "This cart has been ordered already"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"It became order {number}.", members={"number": number})


class RunExists(Conflict):
    name, title = "run-exists", "There is a load run of this name already"


class RunClosed(Conflict):
    name, title = "run-closed", "This load run is not open"


class RunMixed(Conflict):
    """A cart, an account and a request's header belong to one load run, or to none, all of them."""

    name, title = "run-mixed", "This belongs to another load run, or to none"


class Invalid(ShopError):
    status, name, title = 422, "validation", "Something does not fit"


class KeyReused(Invalid):
    name, title = "key-reused", "This Idempotency-Key was used for another order"


class OperationReused(Invalid):
    name, title = "operation-reused", "This Operation-Id was used for another change"


class TooMany(ShopError):
    status, name, title = 429, "too-many", "A little slower, please"

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"Try again in {retry_after_s} s.")


class Unavailable(ShopError):
    """Something that we need is away for a moment; nothing was half-done."""

    status, name, title = 503, "unavailable", "We cannot do this for a moment"

    def __init__(self, detail: str = "", retry_after_s: int = 2) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(detail)


class TooBusy(Unavailable):
    """Nothing is away; there is only more to do than can be done well."""

    title = "It is crowded just now"
