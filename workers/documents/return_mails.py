"""The mails about pieces that come back: asked for, withdrawn from the contract, received."""

from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage

from shared.domain.returning import REASONS
from workers.documents.invoice_data import InvoiceLine
from workers.documents.letter import OrderMail
from workers.documents.moments import exact_words
from workers.documents.notice import Notice, count, order_words, piece_words, write
from workers.documents.settlement import Settlement, money_words
from workers.documents.wording import long_date, seller_lines

OUR_FAULT = {"not_as_shown", "damaged"}
POSTAGE = "Sending back is free within Germany; from other countries you pay the postage."  # as the page /returns says


@dataclass(frozen=True, kw_only=True)
class ReturnRequestedData(OrderMail):
    """Pieces that a shopper wants to send back; reason is a key of REASONS, words, or empty."""

    lines: tuple[InvoiceLine, ...]
    reason: str
    requested_on: date
    send_by: date


@dataclass(frozen=True, kw_only=True)
class WithdrawnData(OrderMail):
    """A withdrawal from the contract, acknowledged as Directive 2011/83/EU asks (Art. 11a: content, date and time).

    Attributes:
        lines: what the shopper has, or is on its way there, and is to be sent back.
        canceled: what had not left the house.
        name: of the shopper, part of the statement.
        withdrawn_at: when it was sent to us; aware, in the shop's time zone.
    """

    lines: tuple[InvoiceLine, ...]
    canceled: tuple[InvoiceLine, ...] = ()
    name: str
    withdrawn_at: datetime
    send_by: date
    refund_by: date


@dataclass(frozen=True, kw_only=True)
class ReturnReceivedData(OrderMail):
    """Pieces that came back; missing ones were announced and are not here."""

    lines: tuple[InvoiceLine, ...]
    missing: tuple[InvoiceLine, ...] = ()
    received_on: date
    settlement: Settlement


def compose_return_requested(data: ReturnRequestedData, message_id: str, date: datetime) -> EmailMessage:
    """Tell where to send what, how and by when; date is the Date header, aware."""
    pieces = f"{piece_words(count(data.lines))} of your {order_words(data)}"
    notice = Notice(
        subject=f"Your order {data.order_number}: how to send it back",
        heading="How to send it back",
        sentences=(
            f"On {long_date(data.requested_on)} you asked to return {pieces}.",
            f"{_sending_words(data, data.send_by)} {_postage_words(data.reason)}",
            "When the pieces are here, we look at them, write to you and refund them the way you paid.",
        ),
        pieces={"To send back": data.lines},
        facts={"Send it to": seller_lines(data.seller), "Your reason": (REASONS.get(data.reason, data.reason),)},
    )
    return write(notice, data, message_id, date, {})


def compose_withdrawn(data: WithdrawnData, message_id: str, date: datetime) -> EmailMessage:
    """Acknowledge a withdrawal: its words, its date and time, and what follows; arguments as above."""
    at = exact_words(data.withdrawn_at)
    notice = Notice(
        subject=f"Your order {data.order_number}: your withdrawal from the contract",
        heading="We have your withdrawal",
        sentences=(
            f"You withdrew from the contract for your {order_words(data)}. We received this on {at}.",
            "What had not left is canceled." if data.canceled else "",
            f"{_sending_words(data, data.send_by)} {POSTAGE}" if data.lines else "",
            _refund_words(data),
        ),
        pieces={"To send back": data.lines, "Canceled": data.canceled},
        facts={
            "Send it to": seller_lines(data.seller) if data.lines else (),
            "What you told us": _statement(data, at),
        },
    )
    return write(notice, data, message_id, date, {})


def compose_return_received(data: ReturnReceivedData, message_id: str, date: datetime) -> EmailMessage:
    """Tell what arrived and what is refunded; arguments as above."""
    number = count(data.missing)
    are = "is" if number == 1 else "are"
    pieces = f"{piece_words(count(data.lines))} of your {order_words(data)}"
    missing = f"{piece_words(number)} that you announced {are} not here yet." if number else ""
    notice = Notice(
        subject=f"Your order {data.order_number}: your return has arrived",
        heading="Your return has arrived",
        sentences=(
            f"{pieces} came back to us on {long_date(data.received_on)}.",
            money_words(data.settlement),
            missing,
        ),
        pieces={"Received": data.lines, "Not here yet": data.missing},
        facts={},
    )
    return write(notice, data, message_id, date, {})


def _sending_words(data: OrderMail, send_by: date) -> str:
    note = f"put a note with the number {data.order_number} inside"
    return f"Pack the pieces well, {note}, and send them by {long_date(send_by)} to the address below."


def _postage_words(reason: str) -> str:
    return "We pay the postage." if reason in OUR_FAULT else POSTAGE


def _refund_words(data: WithdrawnData) -> str:
    refunded = "what you paid for the pieces and for standard delivery, the way you paid"
    wait = "; we may wait until the pieces are here, or you show us that they are sent" if data.lines else ""
    return f"By {long_date(data.refund_by)} we refund {refunded}{wait}. Nothing more is to be paid for them."


def _statement(data: WithdrawnData, at: str) -> tuple[str, ...]:
    return (
        "I withdraw from the contract for these pieces.",
        data.name,
        data.recipient,
        f"Order {data.order_number} of {long_date(data.placed_on)}",
        f"Sent on {at}",
    )
