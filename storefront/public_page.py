"""A page that is the same bytes for everybody: composed once, kept with its tag and its packed variant."""

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from storefront.security_headers import PUBLIC_POLICY

PACKING = 6  # gzip's level: 21 µs for a listing; 9 takes longer and saves nothing


@dataclass(frozen=True, kw_only=True)
class Composed:
    """What a page's own code makes of it.

    Attributes:
        skus: the variants whose stock the page tells in words; everything else on it changes with the catalogue.
        is_kept: False for what is asked for once, such as a filter that nothing meets.
    """

    html: str
    skus: frozenset[str] = frozenset()
    status: HTTPStatus = HTTPStatus.OK
    is_kept: bool = True


Compose = Callable[[], Awaitable[Composed]]


@dataclass(frozen=True, kw_only=True)
class Page:
    """As it is sent, plain or packed by gzip; the heads begin behind the value of X-Request-Id."""

    status: HTTPStatus
    etag: str
    plain: bytes
    packed: bytes
    plain_head: bytes
    packed_head: bytes
    known_head: bytes  # of a 304

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.packed)


def freeze(composed: Composed, headers: Mapping[str, str]) -> Page:
    """Do once what each answer needs; `headers` are those that all answers of this process carry."""
    plain = composed.html.encode()
    packed = gzip.compress(plain, PACKING, mtime=0)
    etag = f'W/"{hashlib.sha256(plain).hexdigest()[:24]}"'
    kept = {**headers, "Cache-Control": PUBLIC_POLICY, "Vary": "Accept-Encoding", "Etag": etag}
    sent = {**kept, "Content-Type": "text/html; charset=UTF-8"}
    return Page(
        status=composed.status,
        etag=etag,
        plain=plain,
        packed=packed,
        plain_head=_head({**sent, "Content-Length": str(len(plain))}),
        packed_head=_head({**sent, "Content-Encoding": "gzip", "Content-Length": str(len(packed))}),
        known_head=_head(kept),
    )


def _head(headers: Mapping[str, str]) -> bytes:
    return "".join(f"\r\n{name}: {value}" for name, value in headers.items()).encode("latin-1") + b"\r\n\r\n"
