"""The device cookie: a browser that signed in to an account before has a limit of wrong passwords of its own.

So whoever guesses from elsewhere locks only strangers out, never the owner's own browser. It opens nothing by itself.
A browser that several people use is known to each of their accounts.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Sequence

LIFE_S = 365 * 24 * 3600
MOST = 5  # accounts that one browser is known to; the one that signed in longest ago is forgotten
_RECORD = re.compile(r"(v1[.]([0-9a-f]{32})[.]([0-9a-f]{32}))[.]([A-Za-z0-9_-]{43})")
_BETWEEN = "~"
_LONGEST = MOST * 120


def new_device(account: str, signing_secrets: Sequence[str], cookie: str | None = None) -> str:
    """The cookie of a browser that has just signed in; the other accounts in the cookie so far stay."""
    signed = f"v1.{account}.{secrets.token_hex(16)}"
    kept = [record[0] for record in _records(cookie, signing_secrets) if record[2] != account]
    return _BETWEEN.join([f"{signed}.{_mac(signing_secrets[0], signed)}", *kept][:MOST])


def known_device(cookie: str | None, account: str, signing_secrets: Sequence[str]) -> str | None:
    """The name of this browser, if it signed in to this account before."""
    return next((f"device:{found[3]}" for found in _records(cookie, signing_secrets) if found[2] == account), None)


def _records(cookie: str | None, signing_secrets: Sequence[str]) -> Iterator[re.Match[str]]:
    """What we signed; anything else in the cookie is nothing."""
    for text in cookie.split(_BETWEEN) if cookie and len(cookie) <= _LONGEST else []:
        found = _RECORD.fullmatch(text)
        if found and any(hmac.compare_digest(_mac(secret, found[1]), found[4]) for secret in signing_secrets):
            yield found


def _mac(secret: str, signed: str) -> str:
    digest = hmac.digest(secret.encode(), f"device:{signed}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
