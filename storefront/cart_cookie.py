"""The shopper's copy of the cart, signed, in a cookie: `v1.ID.REVISION.SKU*2~SKU*1.KEYNO.MAC`."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from shared.domain.cart import MAX_LINES, Cart

LONGEST = 3000  # characters; 100 lines of the longest SKUs take 2,900

_LINE = "[A-Z0-9-]{1,24}[*][1-9][0-9]?"
_COOKIE = re.compile(
    rf"(v1[.]([A-Za-z0-9_-]{{1,64}})[.]([1-9][0-9]{{0,14}})[.]((?:{_LINE}(?:~{_LINE})*)?)[.]([0-9a-f]{{4}}))"
    r"[.]([A-Za-z0-9_-]{43})"
)


@dataclass(frozen=True)
class CartCopy:
    """A cart as this shop once signed it; Redis may know a later revision."""

    id: str
    revision: int
    quantities: Mapping[str, int]


def encode(cart: Cart, secrets: Sequence[str]) -> str:
    """Sign a cart with the newest secret, the first; the answer needs no quoting in a cookie.

    Raises:
        ValueError: the cart has no id or revision yet, or something in it that `decode` would refuse.
    """
    lines = "~".join(f"{sku}*{quantity}" for sku, quantity in cart.quantities.items())
    signed = f"v1.{cart.id}.{cart.revision}.{lines}.{_key_number(secrets[0])}"
    text = f"{signed}.{_mac(secrets[0], signed)}"
    if cart.id is None or _read(text) is None:
        raise ValueError("this cart does not fit into a cookie")
    return text


def decode(text: str, secrets: Sequence[str]) -> CartCopy | None:
    """Return what a cookie holds; None when it is junk, cut, forged, too long or signed by a secret we dropped."""
    found = _read(text)
    return found.copy if found and _is_ours(found.signed, found.key_number, found.mac, secrets) else None


class _Read(NamedTuple):
    """What a text says, whoever signed it."""

    signed: str
    key_number: str
    mac: str
    copy: CartCopy


def _read(text: str) -> _Read | None:
    found = _COOKIE.fullmatch(text) if len(text) <= LONGEST else None
    if not found:
        return None
    pairs = [line.split("*") for line in found[4].split("~")] if found[4] else []
    quantities = {sku: int(quantity) for sku, quantity in pairs}
    if not len(quantities) == len(pairs) <= MAX_LINES:
        return None
    return _Read(found[1], found[5], found[6], CartCopy(found[2], int(found[3]), MappingProxyType(quantities)))


def _is_ours(signed: str, key_number: str, mac: str, secrets: Sequence[str]) -> bool:
    candidates = [secret for secret in secrets if _key_number(secret) == key_number]
    return any(hmac.compare_digest(_mac(secret, signed), mac) for secret in candidates)


@cache
def _key_number(secret: str) -> str:
    """Name a secret by its hash, so that a secret keeps its name when a newer one is put before it."""
    return hashlib.sha256(secret.encode()).hexdigest()[:4]


def _mac(secret: str, signed: str) -> str:
    digest = hmac.digest(secret.encode(), f"cart:{signed}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
