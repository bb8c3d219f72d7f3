"""When two e-mail addresses are one, and the name that stands for one where no address of a person may."""

import hashlib
import unicodedata

STAFF = "staff:"


def normalise_email(address: str) -> str:
    """Fold case and compose accents; nothing else, because other providers tell dots and tags apart."""
    return unicodedata.normalize("NFC", address.strip()).casefold()


def account_name(email: str, kind: str = "") -> str:
    """Accounts are counted by a hash: no address of a person stands in Redis or in a cookie.

    Args:
        kind: STAFF for an account of the back office, which is another one than a shopper's with the same address.
    """
    return hashlib.sha256((kind + normalise_email(email)).encode(errors="surrogatepass")).hexdigest()[:32]
