"""What the front says: whether a request may be answered with a kept page, by whom it is counted, and the bytes."""

import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

from storefront.accepted import takes_gzip
from storefront.client_address import counted_as_one
from storefront.cross_site import check_host
from storefront.handlers.base import REQUEST_ID
from storefront.request_head import RequestHead, is_known, read_whole
from storefront.turnstile import Turnstile

if TYPE_CHECKING:
    from storefront.shop import Shop

MOST_REMEMBERED = 1000  # header values whose meaning is remembered; then all are forgotten
IDS = 256  # request ids that are made at once
OK, NOT_MODIFIED = HTTPStatus.OK.value, HTTPStatus.NOT_MODIFIED.value  # numbers, as enums are slow to look up
FOUND, KNOWN = b"HTTP/1.1 200 OK", b"HTTP/1.1 304 Not Modified"
PRODUCT = "/products/"

logger = logging.getLogger("storefront.access")


@dataclass(frozen=True, slots=True)
class Visitor:
    """The other end of a connection; what a trusted one says of itself is believed."""

    peer: str
    is_trusted: bool


class FrontDesk:
    def __init__(self, shop: "Shop") -> None:
        self._shop, self._pages, self._rates = shop, shop.pages, shop.rates
        self._turnstile = Turnstile(shop)
        self._hits: Counter[tuple[str, str, int]] = Counter()
        self._is_ours = _remembering(lambda host: check_host(host.decode("latin-1"), shop.settings.allowed_hosts))
        self._takes_gzip = _remembering(lambda accepted: takes_gzip(accepted.decode("latin-1")))
        self._clients: dict[tuple[str, bytes], str] = {}
        self._ids: list[bytes] = []
        self._second, self._found, self._known = 0, b"", b""
        shop.metrics.before_scrape.append(self.tell_hits)

    def visitor(self, peer: str) -> Visitor:
        return Visitor(peer, self._shop.proxies.trusts(peer))

    def answer(self, head: RequestHead, visitor: Visitor) -> bytes | None:
        """The whole answer, or None where Tornado has to look at the request."""
        if head.target not in self._pages or self._shop.readiness.draining:
            return None
        weighed = head.weighed
        if not self._is_ours(weighed[b"host"]):
            return None
        if not self._rates.take_quietly(self._client(visitor, weighed.get(b"x-forwarded-for", b""))):
            return None
        page = self._pages.at_hand(head.target)
        if page is None:
            return None
        self._tell_time()
        request_id, method = self._request_id(visitor, weighed), "HEAD" if head.is_head else "GET"
        tags = weighed.get(b"if-none-match")
        if tags is not None and is_known(page.etag, tags):
            self._hits[head.target, method, NOT_MODIFIED] += 1
            return self._known + request_id + page.known_head
        self._hits[head.target, method, OK] += 1
        is_packed = self._takes_gzip(weighed.get(b"accept-encoding", b""))
        content_head, content = (page.packed_head, page.packed) if is_packed else (page.plain_head, page.plain)
        return b"".join((self._found, request_id, content_head, b"" if head.is_head else content))

    def turn_away(self, data: bytes, visitor: Visitor) -> tuple[bytes, int] | None:
        """The refusal of the first request in the data, and that request's size; None where it is let through."""
        request = read_whole(data) if self._turnstile.is_shut else None
        if request is None:
            return None
        refusal = self._turnstile.refuse(request, self._request_id(visitor, request.weighed))
        return (refusal, request.size) if refusal else None

    def tell_hits(self) -> None:
        """Put what was answered since the last time into /metrics and, a line a route, into the access log."""
        self._turnstile.tell()
        by_route: Counter[tuple[str, str, int]] = Counter()
        for (target, method, status), count in self._hits.items():
            by_route[route_of(target), method, status] += count
        self._hits.clear()
        for (route, method, status), count in by_route.items():
            self._shop.metrics.note_kept(route, method, status, count)
            logger.info("%s", method, extra={"facts": {"route": route, "status": status, "count": count}})

    def _request_id(self, visitor: Visitor, weighed: dict[bytes, bytes]) -> bytes:
        given = weighed.get(b"x-request-id")
        if given and visitor.is_trusted and REQUEST_ID.fullmatch(given.decode("latin-1")):
            return given
        if not self._ids:
            text = secrets.token_hex(8 * IDS).encode()
            self._ids = [text[at : at + 16] for at in range(0, len(text), 16)]
        return self._ids.pop()

    def _client(self, visitor: Visitor, forwarded_for: bytes) -> str:
        key = visitor.peer, forwarded_for
        client = self._clients.get(key)
        if client is None:
            if len(self._clients) >= MOST_REMEMBERED:
                self._clients.clear()
            client = self._shop.proxies.client(visitor.peer, forwarded_for.decode("latin-1"))
            client = self._clients[key] = counted_as_one(client)
        return client

    def _tell_time(self) -> None:
        second = int(time.time())
        if second != self._second:
            rest = b"\r\nDate: " + formatdate(second, usegmt=True).encode() + b"\r\nX-Request-Id: "
            self._second, self._found, self._known = second, FOUND + rest, KNOWN + rest


def route_of(target: str) -> str:
    """The address of a kept page as routes.py names it."""
    path = target.partition("?")[0]
    return f"{PRODUCT}{{slug}}" if path.startswith(PRODUCT) else path


def _remembering(judge: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    known: dict[bytes, bool] = {}

    def remembered(value: bytes) -> bool:
        verdict = known.get(value)
        if verdict is None:
            if len(known) >= MOST_REMEMBERED:
                known.clear()
            verdict = known[value] = judge(value)
        return verdict

    return remembered
