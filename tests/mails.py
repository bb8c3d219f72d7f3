"""Mails for tests: what their data have in common, and the message as its reader sees it."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

from tests.invoices import JUMPER, SELLER

SENT = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)
MESSAGE_ID = "<kind.K7QM-4X2D.1@myclothes.example>"
ORDER_URL = "http://localhost:8000/orders/K7QM-4X2D?key=abcdefghijklmnopqrstuvwxyz"
SOCKS = replace(JUMPER, name="Walking socks", sku="WS02-OCH-39", colour="ochre", size="39-41", quantity=2)
WITHDRAWN_AT = datetime(2026, 12, 9, 14, 5, 33, tzinfo=ZoneInfo("Europe/Berlin"))
ORDER = "order K7QM-4X2D of 24 November 2026 for €93.90"


class Words(HTMLParser):
    """What a reader sees of HTML, as one line."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def about_order(**changes: Any) -> dict[str, Any]:
    """The fields that every mail about an order has, and those of its kind."""
    common = {
        "order_number": "K7QM-4X2D",
        "order_url": ORDER_URL,
        "placed_on": date(2026, 11, 24),
        "total_cents": 9390,
        "seller": SELLER,
        "sender": "MyClothes <orders@myclothes.example>",
        "recipient": "jana@example.com",
    }
    return common | changes


def delivered(message: EmailMessage) -> EmailMessage:
    """The message as its reader's program takes it from the bytes."""
    return email.message_from_bytes(message.as_bytes(), policy=email.policy.default)


def part(message: EmailMessage, kind: str) -> str:
    """The text of one part, `plain` or `html`."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def seen(message: EmailMessage, kind: str) -> str:
    """The words of one part on one line; for HTML those of its body."""
    text = part(message, kind)
    if kind == "html":
        words = Words()
        words.feed(text.split("</head>", 1)[1])
        text = " ".join(words.found)
    return " ".join(text.split())


def letters(words: str) -> str:
    """Only letters and digits: lists look different in text and HTML, and say the same."""
    return "".join(filter(str.isalnum, words))


def lines_of_text(message: EmailMessage) -> Iterator[str]:
    """The lines of the text part that say something."""
    return filter(None, map(str.strip, part(message, "plain").splitlines()))
