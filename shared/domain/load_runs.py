"""Marked load runs: who may make one, and which cart belongs to one.

The mark of a cart is the beginning of its id, `RUN_` and the id that it would have had. So every store keeps it, the
signed copy in the cookie has it under its signature, and nothing about a cart had to change for it.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

RUN = re.compile(r"[a-z0-9][a-z0-9-]{3,39}")  # for fullmatch
KNOWN_FOR_S = 1.0  # a run that has ended, or is being purged, is known everywhere after this
_TOKEN = re.compile(rf"(v1[.]({RUN.pattern})[.]([1-9][0-9]{{0,9}}))[.]([0-9a-f]{{32}})")
OWN_ID_LENGTH = 22  # of a cart's id behind the mark, and of the whole id of a real cart
_CART_ID = re.compile(rf"({RUN.pattern})_[A-Za-z0-9_-]{{{OWN_ID_LENGTH}}}")


@dataclass(frozen=True)
class RunToken:
    """What a signed header says: the run, and until when it holds, in seconds since 1970 (UTC)."""

    run: str
    expires_s: int


def sign_token(run: str, expires_s: int, secret: str) -> str:
    signed = f"v1.{run}.{expires_s}"
    return f"{signed}.{_mac(secret, signed)}"


def read_token(text: str, secret: str, now_s: float) -> RunToken | None:
    """The token in a header; None when it is junk, forged or too old."""
    found = _TOKEN.fullmatch(text)
    if not found or not hmac.compare_digest(_mac(secret, found[1]), found[4]):
        return None
    token = RunToken(found[2], int(found[3]))
    return token if token.expires_s > now_s else None


def marked_cart_id(run: str, cart_id: str) -> str:
    """The id of a run's cart, at most 63 characters; run keeps to RUN, cart_id is as a shopper's."""
    return f"{run}_{cart_id}"


def run_of_cart(cart_id: str | None) -> str | None:
    """The run that a cart belongs to; None for a shopper's own."""
    found = _CART_ID.fullmatch(cart_id or "")
    return found[1] if found else None


def _mac(secret: str, signed: str) -> str:
    return hmac.digest(secret.encode(), signed.encode(), hashlib.sha256).hex()[:32]
