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

OF_A_RUN = "TT"  # how the numbers of load runs' orders begin, so that they are known when their rows are gone

NumberRange = Literal["invoice", "credit_note", "test_run"]
_LETTERS: dict[NumberRange, str] = {"invoice": "I", "credit_note": "C", "test_run": "T"}


def new_order_number(*, of_a_run: bool = False) -> str:
    """Draw a number such as "K7QM-4X2D": almost 40 random bits (30 in a load run), so a clash is drawn again."""
    while True:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
        if of_a_run:
            drawn = OF_A_RUN + drawn[len(OF_A_RUN) :]
        if of_a_run == is_of_a_run(drawn):
            return f"{drawn[:4]}-{drawn[4:]}"


def is_of_a_run(order_number: str) -> bool:
    """Whether an order of this number was placed in a load run."""
    return order_number.startswith(OF_A_RUN)


def document_number(kind: NumberRange, n: int) -> str:
    """Write the n-th invoice as "I000001", the n-th credit note as "C000001", either of a load run as "T000001"."""
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
