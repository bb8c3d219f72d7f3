"""Refusals below Tornado: whoever comes while there is as much to do as can be done well costs next to nothing.

What is unusual, or not whole yet, goes on to Tornado, which refuses it in the same words.
"""

import json
import logging
import time
from collections import Counter
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

from shared.errors import TooBusy
from storefront.api.problems import PROBLEM_TYPE, problem
from storefront.error_pages import error_page
from storefront.public_page import HTML
from storefront.request_head import WholeRequest
from storefront.routes import ROUTES

if TYPE_CHECKING:
    from storefront.shop import Shop

FULL = HTTPStatus.SERVICE_UNAVAILABLE
CALLS = "/api/"
FREE = tuple(route.path.partition("{")[0] for route in ROUTES if route.handler.is_probe or route.handler.costs_nothing)
ORDERING = frozenset(route.path for route in ROUTES if route.handler.is_ordering)
ROUTE = "turned away"  # in /metrics and the log: which address it was is not told apart

logger = logging.getLogger("storefront.access")


class Turnstile:
    def __init__(self, shop: "Shop") -> None:
        self._shop = shop
        self._page: bytes | None = None
        self._by_method: Counter[str] = Counter()

    @property
    def is_shut(self) -> bool:
        return self._shop.capacity.is_full and not self._shop.readiness.draining

    def refuse(self, request: WholeRequest, request_id: bytes) -> bytes | None:
        """The whole answer, or None where the request is let through."""
        is_ordering = request.target.partition("?")[0] in ORDERING
        if request.target.startswith(FREE) or not self._shop.capacity.is_full_for(ordering=is_ordering):
            return None
        error = self._shop.capacity.refuse()
        self._by_method[request.method] += 1
        kind, content = (
            (PROBLEM_TYPE, _document(error)) if request.target.startswith(CALLS) else (HTML, self._html(error))
        )
        headers = {
            **self._shop.pages.headers,
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            "Retry-After": str(error.retry_after_s),
            "Date": formatdate(time.time(), usegmt=True),
            "X-Request-Id": request_id.decode("latin-1"),
        }
        lines = (f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {FULL.value} {FULL.phrase}\r\n{''.join(lines)}\r\n".encode("latin-1") + content

    def tell(self) -> None:
        """Put what was refused since the last time into /metrics and, a line a method, into the access log."""
        for method, count in self._by_method.items():
            self._shop.metrics.note_kept(ROUTE, method, FULL, count)
            logger.info("%s", method, extra={"facts": {"route": ROUTE, "status": FULL.value, "count": count}})
        self._by_method.clear()

    def _html(self, error: TooBusy) -> bytes:
        if self._page is None:
            context = error_page(error, "", self._shop.settings.public_url)
            self._page = self._shop.render("error.html", **context, waiting=()).encode()
        return self._page


def _document(error: TooBusy) -> bytes:
    return json.dumps(problem(error), ensure_ascii=False).encode()
