"""Numbers and keys that people see: short, readable aloud, telling nothing about how many there are."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from typing import Literal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U: none is taken for another
ORDER_NUMBER = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")  # for fullmatch

DocumentKind = Literal["invoice", "credit_note"]
_LETTERS: dict[DocumentKind, str] = {"invoice": "I", "credit_note": "C"}


def new_order_number() -> str:
    """Draw a number such as "K7QM-4X2D": 40 random bits, so the caller draws again on a clash."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def invoice_number(kind: DocumentKind, n: int) -> str:
    """Write the n-th invoice as "I000001", the n-th credit note as "C000001"."""
    if n < 1:
        raise ValueError("documents are counted from one")
    return f"{_LETTERS[kind]}{n:06d}"


def order_key(secret: str, number: str) -> str:
    """Return the key of the link that lets a guest read an order: 128 bits as 26 lower-case characters."""
    digest = hmac.digest(secret.encode(), f"order-link:{number}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def order_key_fits(signing_secrets: Iterable[str], number: str, key: str) -> bool:
    """Tell whether any secret, also an older one, made this key; in constant time."""
    given = key.encode(errors="surrogatepass")
    fits = [hmac.compare_digest(order_key(secret, number).encode(), given) for secret in signing_secrets]
    return any(fits)
