"""The storefront as Tornado runs it: the route table, the shop for its handlers, one log line a request."""

import logging

from tornado.routing import URLSpec
from tornado.web import Application, RequestHandler

from storefront.handlers.api import UnknownCallHandler
from storefront.handlers.base import BaseHandler
from storefront.handlers.errors import UnknownPageHandler
from storefront.routes import ROUTES
from storefront.shop import Shop

logger = logging.getLogger("storefront.access")


class Storefront(Application):
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        known = [URLSpec(route.pattern, route.handler, {"route": route.path}) for route in ROUTES]
        super().__init__(
            [*known, URLSpec(r"/api/.*", UnknownCallHandler, {"route": "/api/"})],
            default_handler_class=UnknownPageHandler,
            default_handler_args={"route": "unknown"},
            compress_response=False,
        )

    def log_request(self, handler: RequestHandler) -> None:
        """Count it and log it by its route: paths hold orders' numbers, queries hold keys and what was searched for."""
        assert isinstance(handler, BaseHandler)
        duration_s, method = handler.request.request_time(), handler.request.method or ""
        known_method = method if method in (*handler.SUPPORTED_METHODS,) else "OTHER"
        self.shop.metrics.note_request(handler.route, known_method, handler.get_status(), duration_s)
        if handler.is_probe:
            return
        facts = {"route": handler.route, "status": handler.get_status(), "ms": round(1000 * duration_s, 1)}
        logger.info("%s", known_method, extra={"facts": facts})
