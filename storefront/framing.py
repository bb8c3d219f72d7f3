"""How much body a request announces, and whether it may be believed."""

from collections.abc import Mapping

from shared.errors import TooLarge, Unreadable

MAX_BODY = 64 * 1024


def has_doubtful_length(headers: Mapping[str, str]) -> bool:
    """Whether proxies and we may disagree on where this request ends; then its connection is closed."""
    length = headers.get("Content-Length", "0")
    both = "Content-Length" in headers and "Transfer-Encoding" in headers
    return both or not (length.isascii() and length.isdigit())


def check_length(headers: Mapping[str, str], most: int = MAX_BODY) -> int | None:
    """Refuse a body before it is sent; returns its length, None where it comes in chunks.

    Raises:
        Unreadable: its length is doubtful; TooLarge: it is more than the handler reads.
    """
    if has_doubtful_length(headers):
        raise Unreadable("The length of the body is unclear.")
    length = int(headers.get("Content-Length", "0")[:20])
    if length > most:
        raise TooLarge
    return None if "Transfer-Encoding" in headers else length
