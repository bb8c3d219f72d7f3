"""The secret in a mailed link: an HMAC, so that whoever sends the mail makes it, and no table or message holds it."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def link_secret(signing_secret: str, purpose: str, nonce: str) -> str:
    """256 bits as 43 characters that need no quoting in an address."""
    digest = hmac.digest(signing_secret.encode(), f"mailed-link:{purpose}:{nonce}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def sha256_hex(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def secret_of_link(signing_secrets: Iterable[str], purpose: str, nonce: str, sha256: str) -> str | None:
    """The secret whose hash was kept, whichever of our keys made it; None when that key was dropped."""
    candidates = [link_secret(secret, purpose, nonce) for secret in signing_secrets]
    return next((candidate for candidate in candidates if sha256_hex(candidate) == sha256), None)
