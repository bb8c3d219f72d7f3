"""Whether a request that changes something was sent by our own pages.

Browsers say it in Sec-Fetch-Site, older ones in Origin; no other site can forge either. A form post with neither header
is refused. The API may be called without them (it takes JSON only, which no foreign form can send), not from elsewhere.
"""

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from shared.errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_same_origin(headers: Mapping[str, str], host: str, scheme: str, *, needs_proof: bool) -> None:
    """Refuse what another site sent.

    Args:
        host: the Host header, port included, which has been checked to be ours.
        scheme: that of the public address, never one from a header.
        needs_proof: whether a request that tells nothing of its origin is refused, too.
    Raises:
        Forbidden
    """
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site is not None:
        is_ours = site == "same-origin"
    elif origin is not None:
        parts = urlsplit(origin)
        is_ours = (parts.scheme, parts.netloc.lower()) == (scheme, host.lower())
    else:
        is_ours = not needs_proof
    if not is_ours:
        raise Forbidden("Open the page afresh and try again.")


def check_host(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether a Host header names this shop; its port does not matter."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and name in _bare(allowed)


@cache
def _bare(allowed: tuple[str, ...]) -> frozenset[str]:
    """Of the settings, so there are few."""
    return frozenset(host.strip("[]").lower() for host in allowed)
