"""When two e-mail addresses are one."""

import unicodedata


def normalise_email(address: str) -> str:
    """Fold case and compose accents; nothing else, because other providers tell dots and tags apart."""
    return unicodedata.normalize("NFC", address.strip()).casefold()
