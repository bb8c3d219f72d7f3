"""What every answer has in common: ids, headers, checks before the work, and errors told once."""

import logging
import re
import secrets
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, cast

from tornado.web import HTTPError, RequestHandler, stream_request_body

from shared import log
from shared.errors import Forbidden, Invalid, ShopError, TooLarge, TooMany, Unavailable, Unreadable, WrongHost
from shared.security_log import Event, note
from storefront.client_address import counted_as_one
from storefront.cross_site import SAFE_METHODS, check_host, check_same_origin
from storefront.failures import as_shop_error, is_expected
from storefront.fields import MAY_REPEAT, Fields, read_fields
from storefront.framing import MAX_BODY, check_length, has_doubtful_length
from storefront.security_headers import PUBLIC_POLICY, content_policy, origin_of

if TYPE_CHECKING:
    from storefront.app import Storefront
    from storefront.shop import Shop

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
REFUSALS = (Unreadable, Forbidden, Invalid, TooLarge, TooMany, WrongHost)  # each may be somebody who tries something
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
logger = logging.getLogger("storefront")


@stream_request_body
class BaseHandler(RequestHandler):
    """Bodies are read here, up to `max_body`; the rest of a larger one is read and dropped, so that 413 arrives."""

    needs_proof_of_origin: ClassVar[bool] = True
    leads_to_provider: ClassVar[bool] = False  # whether a form of this page may end on the card provider's page
    max_body: ClassVar[int] = MAX_BODY
    is_probe: ClassVar[bool] = False  # asked by machines, by address, all the time
    costs_nothing: ClassVar[bool] = False  # answered from memory, so however much there is to do

    is_ordering: ClassVar[bool] = False  # the last step of a purchase, which finds room for longer than others

    def initialize(self, route: str) -> None:
        self.route = route
        self.query = Fields()
        self._body = bytearray()
        self._body_size = 0
        self._announced: int | None = None  # how long the body is, once that is known and not too long

    @property
    def shop(self) -> "Shop":
        return cast("Storefront", self.application).shop

    @property
    def request_id(self) -> str:
        """Ours, or the one of a trusted proxy, so that one id follows a request through both."""
        found: str | None = getattr(self, "_request_id", None)
        if found is None:
            given = self.request.headers.get("X-Request-Id", "")
            is_good = REQUEST_ID.fullmatch(given) and self.shop.proxies.trusts(self.peer)
            found = self._request_id = given if is_good else secrets.token_hex(8)
        return found

    @property
    def peer(self) -> str:
        """Who holds the other end of the connection: a proxy, or the client itself."""
        return self.request.remote_ip or ""

    @property
    def client_address(self) -> str:
        """Under which address whoever asks is counted."""
        forwarded_for = ",".join(self.request.headers.get_list("X-Forwarded-For"))
        return counted_as_one(self.shop.proxies.client(self.peer, forwarded_for))

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("X-Request-Id", self.request_id)
        self.set_header("Cache-Control", "no-store")
        for name, value in self.shop.pages.headers.items():
            self.set_header(name, value)
        if self.leads_to_provider:
            provider = origin_of(self.shop.settings.payment_gateway)
            self.set_header("Content-Security-Policy", content_policy(provider))
        if self.shop.readiness.draining or has_doubtful_length(self.request.headers):
            self.set_header("Connection", "close")

    async def prepare(self) -> None:
        log.note(request_id=self.request_id)
        self.shop.readiness.running.add(self)
        if self.is_probe:
            return
        if not self.costs_nothing:
            self.shop.capacity.check(ordering=self.is_ordering)
        if not check_host(self.request.host, self.shop.settings.allowed_hosts):
            raise WrongHost(f"The shop is at {self.shop.settings.public_url}")
        self._announced = check_length(self.request.headers, self.max_body)
        self._begin_when_whole()
        await self.shop.rates.take_address(self.client_address)
        self.query = read_fields(self.request.query.encode("latin-1"), MAY_REPEAT)
        if self.request.method not in SAFE_METHODS:
            self.check_origin()

    def on_finish(self) -> None:
        self.shop.readiness.running.discard(self)
        self.shop.capacity.at_work.discard(self)

    def on_connection_close(self) -> None:
        """Whoever went before sending the whole body gets no answer; a request that is being answered goes on."""
        if not self.request._body_future.done():
            self.shop.readiness.running.discard(self)
        super().on_connection_close()

    def check_origin(self) -> None:
        scheme = "https" if self.shop.settings.is_https else "http"
        check_same_origin(self.request.headers, self.request.host, scheme, needs_proof=self.needs_proof_of_origin)

    def data_received(self, chunk: bytes) -> None:
        self._body_size += len(chunk)
        if self._body_size <= self.max_body:
            self._body += chunk
        self._begin_when_whole()

    def _begin_when_whole(self) -> None:
        """Be counted from the body's last byte on; where a body comes in chunks, from when it is read (`body`)."""
        if self._announced is not None and self._body_size >= self._announced:
            self.shop.capacity.at_work.add(self)

    def body(self) -> bytes:
        self.shop.capacity.at_work.add(self)
        if self._body_size > self.max_body:
            raise TooLarge
        return bytes(self._body)

    def content_type(self) -> str:
        return self.request.headers.get("Content-Type", "").split(";")[0].strip().lower()

    async def head(self, **path: str) -> None:
        """Answer as GET would, without the body, which Tornado leaves out."""
        answer = self.get(**path)
        if answer is not None:
            await answer

    def compute_etag(self) -> str | None:
        """Only what anybody may keep has a tag; see `keep_public`."""
        return super().compute_etag() if self._is_public else None

    _is_public = False

    def keep_public(self, policy: str = PUBLIC_POLICY) -> None:
        """Let caches keep this answer, which holds nothing personal and sets no cookie."""
        self._is_public = True
        self.set_header("Cache-Control", policy)

    def see_other(self, path: str) -> None:
        """Send the browser on after a post (303), so that a reload posts nothing again."""
        self.redirect(path, status=HTTPStatus.SEE_OTHER)

    def allowed_methods(self) -> list[str]:
        own = [
            name for name in METHODS if getattr(type(self), name.lower()) is not getattr(RequestHandler, name.lower())
        ]
        return [name for name in own if name != "HEAD" or "GET" in own]

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        cause = kwargs["exc_info"][1] if "exc_info" in kwargs else HTTPError(status_code)
        error = as_shop_error(cause)
        self._is_public = False
        self.set_status(error.status)
        if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.set_header("Allow", ", ".join(self.allowed_methods()))
        if isinstance(error, REFUSALS):
            note(Event.REQUEST_REFUSED, route=self.route, error=error.name)
        if isinstance(error, TooMany | Unavailable):
            self.set_header("Retry-After", str(error.retry_after_s))
        if not self.request._body_future.done():
            self.set_header("Connection", "close")  # as Tornado will, so a balancer must not send on it again
        self.tell(error)

    def tell(self, error: ShopError) -> None:
        """Write an error for whoever asked: a page or a problem document."""
        raise NotImplementedError

    def log_exception(
        self,
        typ: type[BaseException] | None,  # noqa: ARG002 (Tornado's signature)
        value: BaseException | None,
        tb: TracebackType | None,  # noqa: ARG002
    ) -> None:
        if value is not None and not is_expected(value):  # expected failures are no reason to wake anyone
            logger.error("%s %s failed", self.request.method, self.route, exc_info=value)
