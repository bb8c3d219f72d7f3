"""What balancers and operators ask: /livez, /readyz, /metrics."""

import json
from http import HTTPStatus
from typing import ClassVar

from prometheus_client import CONTENT_TYPE_LATEST

from shared.errors import NotFound, ShopError
from storefront.client_address import is_loopback
from storefront.handlers.base import BaseHandler


class ProbeHandler(BaseHandler):
    """Asked by address, so the Host header does not matter here; nobody is refused for asking often."""

    is_probe: ClassVar[bool] = True

    def tell(self, error: ShopError) -> None:
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish(f"{error.title}\n")


class LivezHandler(ProbeHandler):
    def get(self) -> None:
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish("alive\n")


class ReadyzHandler(ProbeHandler):
    """503 only while starting or draining: a sick database, which all instances share, must not empty the fleet."""

    def get(self) -> None:
        readiness = self.shop.readiness
        self.set_status(HTTPStatus.OK if readiness.ready else HTTPStatus.SERVICE_UNAVAILABLE)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(readiness.document()))


class MetricsHandler(ProbeHandler):
    """For this machine only: whoever comes through a proxy is told that there is nothing."""

    def get(self) -> None:
        if not is_loopback(self.peer) or "X-Forwarded-For" in self.request.headers:
            raise NotFound
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(self.shop.metrics.text())
