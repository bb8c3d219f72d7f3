"""The pages a buyer sees: payment, the bank's question, and what came of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from tornado.web import RequestHandler

from deploy.local.provider import authorizations, sessions
from deploy.local.provider.cards import CARDS, TypedCard, read_card
from deploy.local.provider.company import Company
from deploy.local.provider.problems import Problem, problem_of_status
from deploy.local.provider.sessions import DONE, MAX_CARDS, Session

HERE = Path(__file__).parent
SYMBOLS = {"EUR": "€", "GBP": "£"}
EMPTY_CARD = TypedCard("", "", "")


def money(cents: int, currency: str) -> str:
    """An amount as people write it: €1,203.00, 12.00 CHF."""
    amount = f"{cents // 100:,}.{cents % 100:02}"
    return SYMBOLS[currency] + amount if currency in SYMBOLS else f"{amount} {currency}"


templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals |= {"money": money, "test_cards": CARDS, "max_cards": MAX_CARDS}


class HostedHandler(RequestHandler):
    """A page; forms may lead on to the shop the buyer came from, and nowhere else."""

    company: Company

    def initialize(self, company: Company) -> None:
        self.company = company

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")

    def show(self, template: str, back_url: str | None = None, **values: Any) -> None:
        """Send a page; back_url is the shop's address, if there is one."""
        forms = " ".join(["'self'", *([origin(back_url)] if back_url else [])])
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; style-src 'self'; img-src 'self'; form-action {forms};"
            " base-uri 'none'; frame-ancestors 'none'",
        )
        page = templates.get_template(template)
        self.finish(page.render(merchant=self.company.merchant, back_url=back_url, **values))

    def field(self, name: str) -> str:
        """A form field, or nothing; junk bytes are no text."""
        return self.request.body_arguments.get(name, [b""])[-1].decode("utf-8", "replace")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        problem = error if isinstance(error, Problem) else problem_of_status(status_code)
        self.set_status(problem.status)
        self.show("problem.html", problem=problem)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, Problem):
            super().log_exception(typ, value, tb)

    def go_on(self, session: Session) -> None:
        """Send the buyer to where the session stands."""
        if session.status == DONE:
            self.redirect(session.return_url, status=303)
        elif session.waits_for:
            self.redirect(f"/confirm/{session.waits_for['id']}", status=303)
        else:
            self.redirect(f"/pay/{session.id}", status=303)


class HomeHandler(HostedHandler):
    """GET /: who this is."""

    def get(self) -> None:
        self.show("home.html")


class PayHandler(HostedHandler):
    """GET and POST /pay/{session}."""

    async def get(self, session_id: str) -> None:
        session = await self.company.store.transact(sessions.find, session_id)
        if session.waits_for:
            self.go_on(session)
        else:
            self._show_form(session, EMPTY_CARD, {})

    async def post(self, session_id: str) -> None:
        session = await self.company.store.transact(sessions.find, session_id)
        card = read_card({name: self.field(name) for name in self.request.body_arguments})
        errors = {error.field: error.message for error in card.errors(datetime.now(UTC).date())}
        if errors and session.cards_left and not session.waits_for:
            self.set_status(422)
            self._show_form(session, card, errors)
            return
        if not errors:
            await self._try(session, card)
        self.go_on(await self.company.store.transact(sessions.find, session_id))

    async def _try(self, session: Session, card: TypedCard) -> None:
        attempt = self.field("attempt")
        made = int(attempt) if attempt.isascii() and attempt.isdigit() and len(attempt) < 4 else len(session.attempts)
        site = f"{self.request.protocol}://{self.request.host}"
        await self.company.carry_out(sessions.pay, session.id, made, card.result, site)

    def _show_form(self, session: Session, card: TypedCard, errors: dict[str, str]) -> None:
        template = "pay.html" if session.cards_left else "over.html"
        self.show(template, session.return_url, session=session, card=card, errors=errors)


class BackHandler(HostedHandler):
    """POST /pay/{session}/back: to the shop, without having paid."""

    async def post(self, session_id: str) -> None:
        session = await self.company.carry_out(sessions.give_up, session_id)
        self.redirect(session.return_url, status=303)


class ConfirmHandler(HostedHandler):
    """GET and POST /confirm/{authorization}: the bank's question."""

    async def get(self, authorization_id: str) -> None:
        row = await self.company.store.transact(authorizations.find, authorization_id)
        if row["status"] == "requires_action":
            self.show("confirm.html", row["return_url"], row=row)
        else:
            await self._go_on(row)

    async def post(self, authorization_id: str) -> None:
        answer = self.field("answer")
        if answer not in {"confirm", "refuse"}:
            raise Problem("validation", "Choose Confirm or Refuse.")
        await self._go_on(await self.company.carry_out(sessions.confirm, authorization_id, answer == "confirm"))

    async def _go_on(self, row: dict[str, Any]) -> None:
        if row["session"]:
            self.go_on(await self.company.store.transact(sessions.find, row["session"]))
        elif row["return_url"]:
            self.redirect(row["return_url"], status=303)
        else:
            self.show("answered.html", row=row)


class NoPageHandler(HostedHandler):
    """Any address that is no page of ours."""

    def prepare(self) -> None:
        raise Problem("not-found")


def origin(url: str) -> str:
    """Scheme and host of a URL, as a content security policy names it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
