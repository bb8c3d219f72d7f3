"""The JSON API: reads a call, lets the ledger carry it out, answers."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from tornado.web import RequestHandler

from deploy.local.provider import authorizations, ledger
from deploy.local.provider.authorizations import Page
from deploy.local.provider.company import Company
from deploy.local.provider.once import Answer, Call
from deploy.local.provider.problems import Problem, problem_of_status
from deploy.local.provider.requests import (
    AuthorizeBody,
    Body,
    CaptureBody,
    FaultsBody,
    LedgerBody,
    RefundBody,
    SessionBody,
    VoidBody,
    read_body,
)
from deploy.local.provider.store import Books

KEY = re.compile(r"[!-~]{1,128}")
SLOW_S = 3
MAX_CHARGES = 1000  # a page
CHANGES: dict[str, tuple[type[Body], Callable[[Books, Call], Answer]]] = {
    "capture": (CaptureBody, ledger.capture),
    "void": (VoidBody, ledger.void),
    "refund": (RefundBody, ledger.refund),
}


class JsonHandler(RequestHandler):
    """Answers JSON, and problem documents when something is wrong."""

    company: Company

    def initialize(self, company: Company) -> None:
        self.company = company

    @property
    def site(self) -> str:
        """This provider's address, as the client called it."""
        return f"{self.request.protocol}://{self.request.host}"

    def answer(self, content: object, status: int = 200) -> None:
        """Send a JSON value."""
        self.send_text(status, json.dumps(content))

    def send_text(self, status: int, text: str) -> None:
        """Send JSON text."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(text)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        problem = error if isinstance(error, Problem) else problem_of_status(status_code)
        self.set_status(problem.status)
        self.set_header("Content-Type", "application/problem+json")
        if problem.name == "unavailable":
            self.set_header("Retry-After", "1")
        self.finish(json.dumps(problem.document()))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, Problem):
            super().log_exception(typ, value, tb)

    def read(self, model: type[Body]) -> Body:
        """The body, checked."""
        if self.request.body and self.request.headers.get("Content-Type", "").split(";")[0] != "application/json":
            raise Problem("unsupported-media-type", "Send the body as application/json.")
        return read_body(model, self.request.body)


class NothingHandler(JsonHandler):
    """Any address that is not one of ours."""

    def prepare(self) -> None:
        raise Problem("not-found", "There is no such call.")


class ApiHandler(JsonHandler):
    """A call of the merchant; may meet a fault that a test asked for."""

    def prepare(self) -> None:
        if self.company.faults.is_down():
            raise Problem("unavailable", "The provider is away for a moment.")

    def call(self, operation: str, model: type[Body], target: str = "") -> Call:
        """The call with its key."""
        key = self.request.headers.get("Idempotency-Key", "")
        if not KEY.fullmatch(key):
            raise Problem("key-missing", "Send an Idempotency-Key of 1 to 128 printable ASCII characters.")
        return Call(key, operation, self.read(model), target)

    def send_answer(self, answer: Answer) -> None:
        """Send what was done, unless a test wants the answer lost."""
        if self.company.faults.eats_reply():
            self.detach().close()
            return
        if answer.replayed:
            self.set_header("Idempotency-Replayed", "true")
        self.send_text(answer.status, answer.text)


class AuthorizationsHandler(ApiHandler):
    """POST /authorizations."""

    async def post(self) -> None:
        call = self.call("authorize", AuthorizeBody)
        answer = await self.company.carry_out(ledger.authorize, call, self.site)
        assert isinstance(call.body, AuthorizeBody)
        late_s = {"tok_slow": SLOW_S, "tok_timeout": self.company.timeout_s}.get(call.body.token, 0)
        if late_s and not answer.replayed:
            await asyncio.sleep(late_s)
        self.send_answer(answer)


class AuthorizationHandler(ApiHandler):
    """GET /authorizations/{id}."""

    async def get(self, authorization_id: str) -> None:
        row = await self.company.store.transact(authorizations.find, authorization_id)
        self.answer(authorizations.shown(row))


class ChangeHandler(ApiHandler):
    """POST /authorizations/{id}/capture, /void and /refund."""

    async def post(self, authorization_id: str, operation: str) -> None:
        model, change = CHANGES[operation]
        call = self.call(operation, model, authorization_id)
        self.send_answer(await self.company.carry_out(change, call))


class SessionsHandler(ApiHandler):
    """POST /sessions."""

    async def post(self) -> None:
        call = self.call("session", SessionBody)
        self.send_answer(await self.company.carry_out(ledger.open_session, call, self.site))


class OperationsHandler(ApiHandler):
    """GET /operations?key=."""

    async def get(self) -> None:
        self.answer(await self.company.store.transact(ledger.look_up, self.get_query_argument("key", "")))


class ChargesHandler(ApiHandler):
    """GET /charges."""

    async def get(self) -> None:
        number, after, limit = (self.get_query_argument(name, "") for name in ("order_number", "after", "limit"))
        page = Page(number, after, min(MAX_CHARGES, int(limit)) if re.fullmatch(r"[1-9][0-9]{0,8}", limit) else None)
        self.answer(await self.company.store.transact(authorizations.charges, page))


class FaultsHandler(JsonHandler):
    """GET and POST /faults."""

    def get(self) -> None:
        self.answer(vars(self.company.faults))

    def post(self) -> None:
        for name, value in self.read(FaultsBody).model_dump(exclude_none=True).items():
            setattr(self.company.faults, name, value)
        self.get()


class LedgerHandler(JsonHandler):
    """POST and DELETE /ledger."""

    async def post(self) -> None:
        body = self.read(LedgerBody)
        assert isinstance(body, LedgerBody)
        rows = [charge.model_dump() for charge in body.charges]
        entered = await self.company.store.transact(authorizations.enter, rows)
        self.answer({"entered": entered}, 201)

    async def delete(self) -> None:
        async with self.company.sender.busy:
            await self.company.store.transact(ledger.empty)
        self.company.faults.reset()
        self.set_status(204)


class LiveHandler(JsonHandler):
    """GET /livez."""

    async def get(self) -> None:
        self.set_header("Content-Type", "text/plain")
        self.finish("ok")
