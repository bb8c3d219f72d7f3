"""A page that is the same bytes for everybody: composed once, kept with its tag and its packed variant."""

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from storefront.security_headers import PUBLIC_POLICY

HTML = "text/html; charset=UTF-8"
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
    """As it is sent, plain or packed by gzip; the heads, made when one is needed, begin behind X-Request-Id's value.

    Attributes:
        headers: what all answers of this process carry.
    """

    status: HTTPStatus
    etag: str
    plain: bytes
    packed: bytes
    headers: Mapping[str, str]

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.packed)

    @cached_property
    def plain_head(self) -> bytes:
        return self._head(**{"Content-Type": HTML, "Content-Length": str(len(self.plain))})

    @cached_property
    def packed_head(self) -> bytes:
        return self._head(**{"Content-Type": HTML, "Content-Encoding": "gzip", "Content-Length": str(len(self.packed))})

    @cached_property
    def known_head(self) -> bytes:
        """Of a 304."""
        return self._head()

    def _head(self, **own: str) -> bytes:
        kept = {"Cache-Control": PUBLIC_POLICY, "Vary": "Accept-Encoding", "Etag": self.etag}
        lines = (f"\r\n{name}: {value}" for name, value in {**self.headers, **kept, **own}.items())
        return "".join(lines).encode("latin-1") + b"\r\n\r\n"


def freeze(composed: Composed, headers: Mapping[str, str]) -> Page:
    """Do once what each answer needs."""
    plain = composed.html.encode()
    return Page(
        status=composed.status,
        etag=f'W/"{hashlib.sha256(plain).hexdigest()[:24]}"',
        plain=plain,
        packed=gzip.compress(plain, PACKING, mtime=0),
        headers=headers,
    )
