"""A mail with news about an order: some sentences, one button, lists of pieces, and facts such as an address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from shared.domain.money import euros
from workers.documents.invoice_data import InvoiceLine
from workers.documents.letter import AnyMail, Letter, OrderMail, compose
from workers.documents.printable import one_line
from workers.documents.wording import long_date

TO_ORDER = "See the order"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What a mail says, the same in text and HTML.

    Attributes:
        sentences: paragraphs in our own words; the first names order, amount and day, and is the mailbox's preview.
        pieces: lists of pieces by their heading.
        facts: lines by their heading; here belongs what people typed, so that its script upsets no sentence of ours.
        url: where the button leads; empty: to the order's page.
    """

    subject: str
    heading: str
    sentences: Sequence[str]
    button: str = TO_ORDER
    url: str = ""
    pieces: Mapping[str, Sequence[InvoiceLine]]
    facts: Mapping[str, Sequence[str]]


def write(
    notice: Notice, order: AnyMail, message_id: str, date: datetime, attachments: Mapping[str, bytes]
) -> EmailMessage:
    """Make the message; lists and facts without lines are left out.

    Raises:
        ValueError: as `compose` says.
    """
    letter = Letter(
        template="notice",
        subject=notice.subject,
        order=order,
        message_id=message_id,
        date=date,
        words=_words(notice, order),
    )
    return compose(letter, attachments)


def order_words(order: OrderMail) -> str:
    """Write "order K7QM-4X2D of 24 November 2026 for €93.90"."""
    return f"order {order.order_number} of {long_date(order.placed_on)} for {euros(order.total_cents)}"


def count(lines: Sequence[InvoiceLine]) -> int:
    return sum(line.quantity for line in lines)


def piece_words(quantity: int) -> str:
    """Write "1 piece", "2 pieces"."""
    return f"{quantity} piece{'' if quantity == 1 else 's'}"


def _words(notice: Notice, order: AnyMail) -> dict[str, object]:
    return {
        "heading": notice.heading,
        "sentences": [sentence for sentence in notice.sentences if sentence],
        "button_text": notice.button,
        "button_url": notice.url or (order.order_url if isinstance(order, OrderMail) else ""),
        "pieces": {title: [_piece(line) for line in lines] for title, lines in notice.pieces.items() if lines},
        "facts": {title: kept for title, lines in notice.facts.items() if (kept := _kept(lines))},
    }


def _piece(line: InvoiceLine) -> dict[str, str]:
    return {
        "name": one_line(line.name),
        "details": one_line(f"{line.colour}, size {line.size}"),
        "quantity": piece_words(line.quantity),
    }


def _kept(lines: Sequence[str]) -> list[str]:
    return [line for line in map(one_line, lines) if line]
