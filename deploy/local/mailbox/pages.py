"""The mailbox as people read it, and its JSON."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from tornado.web import HTTPError, RequestHandler

from deploy.local.mailbox.delivery import Faults
from deploy.local.mailbox.letters import TO_SAVE, Attachment, read_letter
from deploy.local.mailbox.shelf import Search, Shelf

HERE = Path(__file__).parent
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A mail's HTML is foreign: no script, no request to anybody, no form; links open in a tab of their own.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)
SIZES = ((1 << 20, "MB"), (1 << 10, "kB"), (1, "bytes"))
SEARCHED = ("to", "message_id", "before", "limit")
USUAL_LIMIT = 100
MAX_LIMIT = 1000
T = TypeVar("T")


def readable_size(size: int) -> str:
    """A size in the unit that fits: 58 kB."""
    unit, name = next(((unit, name) for unit, name in SIZES if size >= unit), SIZES[-1])
    return f"{size / unit:.0f} {name}"


def readable_time(date: str) -> str:
    """A time as people write it, with its zone."""
    return f"{datetime.fromisoformat(date):%d %b %Y, %H:%M} UTC"


templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters |= {"size": readable_size, "time": readable_time}


@dataclass(frozen=True)
class Office:
    """The running mailbox."""

    shelf: Shelf
    faults: Faults


class OfficeHandler(RequestHandler):
    """What all addresses share."""

    office: Office

    def initialize(self, office: Office) -> None:
        self.office = office

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", PAGE_POLICY)
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")

    def show(self, template: str, **values: Any) -> None:
        """Send a page."""
        self.finish(templates.get_template(template).render(**values))

    def answer(self, content: object) -> None:
        """Send a JSON value."""
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(content))

    def search(self) -> Search:
        """The mails that the query asks for; what is not a number is no limit."""
        to, message_id, before, limit = (self.get_query_argument(name, "") for name in SEARCHED)
        number = int(limit) if re.fullmatch(r"[0-9]{1,9}", limit) else USUAL_LIMIT
        return Search(to, message_id, before, min(MAX_LIMIT, max(1, number)))

    async def look(self, work: Callable[[], T]) -> T:
        """Read from the disk beside the event loop; 404 for an unknown mail."""
        try:
            return await asyncio.to_thread(work)
        except (KeyError, IndexError, FileNotFoundError):
            raise HTTPError(404) from None

    async def attachment(self, message_id: str, n: str) -> Attachment:
        """One attachment of a mail."""
        return await self.look(lambda: read_letter(self.office.shelf.raw(message_id)).attachments[int(n)])

    def write_error(self, status_code: int, **_kwargs: Any) -> None:
        if self.request.path.startswith("/api/"):
            problem = {"type": "about:blank", "title": self._reason, "status": status_code}
            self.set_header("Content-Type", "application/problem+json")
            self.finish(json.dumps(problem))
        else:
            self.show("problem.html", status=status_code)


class ListHandler(OfficeHandler):
    """GET /: what came, newest first."""

    def get(self) -> None:
        search = self.search()
        entries = self.office.shelf.find(search)
        older = entries[-1].id if len(entries) == search.limit else ""
        self.show("list.html", entries=entries, search=search, older=older, total=len(self.office.shelf))


class MessageHandler(OfficeHandler):
    """GET /messages/{id}."""

    async def get(self, message_id: str) -> None:
        self.show("message.html", mail=await self.look(lambda: self.office.shelf.record(message_id)))


class HtmlHandler(OfficeHandler):
    """GET /messages/{id}/html: the HTML part, for the frame of the page."""

    async def get(self, message_id: str) -> None:
        record = await self.look(lambda: self.office.shelf.record(message_id))
        self.set_header("Content-Security-Policy", LETTER_POLICY)
        self.finish(with_links_in_new_tabs(record["html"]))


class RawHandler(OfficeHandler):
    """GET /messages/{id}/raw."""

    async def get(self, message_id: str) -> None:
        raw = await self.look(lambda: self.office.shelf.raw(message_id))
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(raw)


class AttachmentHandler(OfficeHandler):
    """GET /messages/{id}/attachments/{n}."""

    async def get(self, message_id: str, n: str) -> None:
        part = await self.attachment(message_id, n)
        saved = part.shown_type == TO_SAVE or self.get_query_argument("download", "") == "1"
        self.set_header("Content-Type", part.shown_type)
        self.set_header(
            "Content-Disposition",
            f"{'attachment' if saved else 'inline'}; filename*=UTF-8''{quote(part.filename, safe='')}",
        )
        # The browser's own viewer of a PDF needs styles and frames of its own: only framing by others is refused.
        self.set_header("Content-Security-Policy", "frame-ancestors 'none'")
        self.finish(part.content)


class MessagesHandler(OfficeHandler):
    """GET and DELETE /api/messages."""

    async def get(self) -> None:
        search = self.search()
        self.answer(
            await self.look(lambda: [self.office.shelf.record(one.id) for one in self.office.shelf.find(search)])
        )

    async def delete(self) -> None:
        await asyncio.to_thread(self.office.shelf.empty)
        self.office.faults.reset()
        self.set_status(204)


class FaultsHandler(OfficeHandler):
    """GET and POST /api/faults."""

    def get(self) -> None:
        self.answer(vars(self.office.faults))

    def post(self) -> None:
        for name, count in read_faults(self.request.body).items():
            setattr(self.office.faults, name, count)
        self.get()


class LiveHandler(OfficeHandler):
    """GET /livez."""

    def get(self) -> None:
        self.set_header("Content-Type", "text/plain")
        self.finish("ok")


class NothingHandler(OfficeHandler):
    """Any other address."""

    def prepare(self) -> None:
        raise HTTPError(404)


def read_faults(body: bytes) -> dict[str, int]:
    """The faults a test asks for, or HTTPError 422."""
    try:
        wanted = json.loads(body)
    except ValueError:
        raise HTTPError(400) from None
    known = isinstance(wanted, dict) and set(wanted) <= {"refuse", "eat_reply"}
    if not known or not all(type(count) is int and count >= 0 for count in wanted.values()):
        raise HTTPError(422)
    return dict(wanted)


def with_links_in_new_tabs(html: str) -> str:
    """The HTML with a base target, put where it does not disturb a doctype."""
    base = '<base target="_blank">'
    changed, found = re.subn(r"(?i)<head(\s[^>]*)?>", lambda head: head[0] + base, html, count=1)
    return changed if found else base + html
