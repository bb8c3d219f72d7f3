"""The device cookie: a browser that signed in to an account before has a limit of wrong passwords of its own.

So whoever guesses from elsewhere locks only strangers out, never the owner's own browser. It opens nothing by itself.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

from shared.domain.emails import normalise_email

LIFE_S = 365 * 24 * 3600
_COOKIE = re.compile(r"(v1[.]([0-9a-f]{32})[.]([0-9a-f]{32}))[.]([A-Za-z0-9_-]{43})")


def account_name(email: str) -> str:
    """Accounts are counted by a hash: no address of a person stands in Redis or in a cookie."""
    return hashlib.sha256(normalise_email(email).encode(errors="surrogatepass")).hexdigest()[:32]


def new_device(account: str, signing_secrets: Sequence[str]) -> str:
    signed = f"v1.{account}.{secrets.token_hex(16)}"
    return f"{signed}.{_mac(signing_secrets[0], signed)}"


def counted_as(cookie: str | None, account: str, signing_secrets: Sequence[str]) -> str:
    """Under which name a wrong password is counted: this browser's, if it signed in to this account before."""
    found = _COOKIE.fullmatch(cookie) if cookie and len(cookie) < 200 else None
    if not found or found[2] != account:
        return account
    fits = [hmac.compare_digest(_mac(secret, found[1]), found[4]) for secret in signing_secrets]
    return f"device:{found[3]}" if any(fits) else account


def _mac(secret: str, signed: str) -> str:
    digest = hmac.digest(secret.encode(), f"device:{signed}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
