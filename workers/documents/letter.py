"""Puts a mail together: text and HTML from the templates in mails/, the same bytes for the same input."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address as MailAddress
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from shared.domain.money import euros
from shared.settings import Seller
from workers.documents.printable import one_line
from workers.documents.wording import long_date, seller_lines
from workers.documents.written_mail import Mail

TEMPLATES = Path(__file__).parent / "mails"


class _KeptClasses(HeaderRegistry):
    """Makes the class of a header once, not for every header of every mail."""

    @cache  # noqa: B019  one registry a process, and as many names as our mails have headers
    def __getitem__(self, name: str) -> type[BaseHeader]:
        return super().__getitem__(name)


# The plain policy writes 8bit parts, which not every server takes.
POLICY = SMTP.clone(cte_type="7bit", header_factory=_KeptClasses())


@dataclass(frozen=True, kw_only=True)
class AnyMail:
    """Who writes to whom.

    Attributes:
        sender: the From header, an address with or without a name.
        recipient: one bare address.
    """

    seller: Seller
    sender: str
    recipient: str


@dataclass(frozen=True, kw_only=True)
class OrderMail(AnyMail):
    """What every mail about an order says; amounts in cents, days in the shop's time zone.

    Attributes:
        order_url: the order page with its key, absolute.
    """

    order_number: str
    order_url: str
    placed_on: date
    total_cents: int


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail before it is put together.

    Attributes:
        template: name of the pair NAME.txt and NAME.html.
        words: what the templates print besides the order's own words; names on one line each.
        message_id: with its angle brackets; made by the caller, so that a repeated mail can be recognised.
    """

    template: str
    subject: str
    order: AnyMail
    message_id: str
    date: datetime
    words: Mapping[str, object]


def compose(letter: Letter, attachments: Mapping[str, bytes]) -> EmailMessage:
    """Make the message; attachments are PDFs by file name.

    Raises:
        ValueError: a header would hold a line break, or the recipient is no address.
    """
    message = Mail(policy=POLICY)
    for name, value in _headers(letter).items():
        message[name] = value
    words = _words(letter)
    message.set_content(_templates().get_template(f"{letter.template}.txt").render(words), cte="quoted-printable")
    html = _inliner().inline(_templates().get_template(f"{letter.template}.html").render(words))
    message.make_alternative(boundary=_boundary(letter, "alternative"))
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if attachments:
        message.make_mixed(boundary=_boundary(letter, "mixed"))
    for filename, content in attachments.items():
        message.add_attachment(content, maintype="application", subtype="pdf", filename=filename)
    return message


def _words(letter: Letter) -> dict[str, object]:
    order = letter.order
    own: dict[str, object] = {
        "subject": letter.subject,
        "seller_lines": [one_line(line) for line in seller_lines(order.seller)],
    }
    return {**own, **(_order_words(order) if isinstance(order, OrderMail) else {}), **letter.words}


def _order_words(order: OrderMail) -> dict[str, object]:
    return {
        "order_number": order.order_number,
        "order_url": order.order_url,
        "placed_on": long_date(order.placed_on),
        "total_cents": order.total_cents,
    }


def _headers(letter: Letter) -> dict[str, object]:
    return {
        "From": letter.order.sender,
        "To": MailAddress(addr_spec=letter.order.recipient),
        "Reply-To": letter.order.seller.email,
        "Subject": letter.subject,
        "Date": format_datetime(letter.date),
        "Message-ID": letter.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Entity-Ref-ID": letter.message_id.strip("<>"),  # keeps Gmail from folding two orders into one thread
    }


def _boundary(letter: Letter, of: str) -> str:
    """One that is no random one: the SHA-256 of the exact bytes is recorded before the mail goes out."""
    return hashlib.sha256(f"{letter.message_id} {of}".encode()).hexdigest()[:32]


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["euros"] = euros
    return templates


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
