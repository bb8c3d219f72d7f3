"""The mails about money: refunded, paid back, a reminder of an open invoice, a card payment that came too late."""

from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from typing import Literal

from shared.domain.money import euros
from workers.documents.letter import OrderMail
from workers.documents.notice import Notice, order_words, write
from workers.documents.settlement import Settlement, money_words, payout_words
from workers.documents.wording import in_fours, long_date

LEVELS = {1: "reminder", 2: "second reminder", 3: "last reminder"}
HEADINGS = {1: "A friendly reminder", 2: "Second reminder", 3: "Last reminder"}


@dataclass(frozen=True, kw_only=True)
class RefundedData(OrderMail):
    """An order that costs less than before.

    Attributes:
        number: of the credit note.
        credit_cents: what it costs less.
        reason: in words; may be empty.
    """

    number: str
    credit_cents: int
    reason: str
    settlement: Settlement


@dataclass(frozen=True, kw_only=True)
class PaidBackData(OrderMail):
    """More was paid than the order costs, and goes back: the order costs what it did. The reason may be empty."""

    reason: str
    settlement: Settlement


@dataclass(frozen=True, kw_only=True)
class ReminderData(OrderMail):
    """An invoice that was not paid when due; pay_by is the new last day."""

    level: Literal[1, 2, 3]
    invoice_number: str
    open_cents: int
    due_on: date
    pay_by: date


@dataclass(frozen=True, kw_only=True)
class LatePaymentData(OrderMail):
    """A card payment for an order that had ended before."""

    amount_cents: int
    ended: Literal["expired", "canceled"]


def compose_refunded(data: RefundedData, message_id: str, date: datetime, credit_note_pdf: bytes) -> EmailMessage:
    """Tell what is refunded, why, and where the money goes; date is the Date header, aware."""
    payout_cents = data.settlement.payout_cents
    number = f"Your order {data.order_number}"
    notice = Notice(
        subject=f"{number}: {euros(payout_cents)} goes back to you" if payout_cents else f"{number}: credit note",
        heading="Your refund" if payout_cents else "Your credit note",
        sentences=(
            f"{_credit_words(data)} Credit note {data.number} is attached.",
            money_words(data.settlement),
        ),
        pieces={},
        facts={"Reason": (data.reason,)},
    )
    return write(notice, data, message_id, date, {f"{data.number}.pdf": credit_note_pdf})


def compose_paid_back(data: PaidBackData, message_id: str, date: datetime) -> EmailMessage:
    """Tell that what was paid too much goes back; arguments as for `compose_refunded`."""
    notice = Notice(
        subject=f"Your order {data.order_number}: {euros(data.settlement.payout_cents)} goes back to you",
        heading="You paid too much",
        sentences=(
            f"For your {order_words(data)}, more was paid than it costs.",
            money_words(data.settlement),
            "You need not do anything; what the order costs stays the same.",
        ),
        pieces={},
        facts={"Reason": (data.reason,)},
    )
    return write(notice, data, message_id, date, {})


def compose_reminder(data: ReminderData, message_id: str, date: datetime, invoice_pdf: bytes) -> EmailMessage:
    """Ask for what is open on an invoice, more soberly each time; arguments as for `compose_refunded`."""
    is_open = f"{euros(data.open_cents)} of invoice {data.invoice_number} is still open"
    account = (f"Bank transfer to {data.seller.name}", f"IBAN {in_fours(data.seller.iban)}", f"BIC {data.seller.bic}")
    notice = Notice(
        subject=f"Your order {data.order_number}: {LEVELS[data.level]} of invoice {data.invoice_number}",
        heading=HEADINGS[data.level],
        sentences=(
            f"For your {order_words(data)}, {is_open}; it was due on {long_date(data.due_on)}.",
            *_asking(data),
        ),
        pieces={},
        facts={"How to pay": (*account, f"Reference {data.order_number}")},
    )
    return write(notice, data, message_id, date, {f"{data.invoice_number}.pdf": invoice_pdf})


def compose_late_payment(data: LatePaymentData, message_id: str, date: datetime) -> EmailMessage:
    """Tell that a payment goes back in full; arguments as for `compose_refunded`."""
    amount = euros(data.amount_cents)
    notice = Notice(
        subject=f"Your order {data.order_number}: your payment goes back to you",
        heading="Your payment goes back to you",
        sentences=(
            f"A card payment of {amount} came in after your {order_words(data)} had {_ended_words(data)}.",
            f"All of it {payout_words(by_card=True)}",
            "You need not do anything. If you still want the pieces, please order once more.",
        ),
        pieces={},
        facts={},
    )
    return write(notice, data, message_id, date, {})


def _credit_words(data: RefundedData) -> str:
    if data.credit_cents < data.total_cents:
        return f"Your {order_words(data)} now costs {euros(data.credit_cents)} less."
    is_paid_back = data.settlement.payout_cents >= data.total_cents
    return f"Your {order_words(data)} is {'refunded' if is_paid_back else 'credited'} in full."


def _asking(data: ReminderData) -> tuple[str, ...]:
    please = f"Please transfer {euros(data.open_cents)} by {long_date(data.pay_by)}"
    crossed = "If it is on its way already, you need not do anything."
    if data.level == 1:
        return (f"{please}; the invoice is attached once more. {crossed}",)
    if data.level == 2:
        wrong = "If something is wrong with the order or the invoice, tell us, and we look for a way."
        return (f"This is our second reminder. {please}; the invoice is attached once more. {crossed}", wrong)
    last = f"This is our last reminder. {please}; the invoice is attached once more. {crossed}"
    return (last, _consequences())


def _consequences() -> str:
    steps = "we may hand the claim to a collection agency or apply to a court for an order to pay"
    costs = "That adds costs, and interest as the law sets it, to what you owe."
    return f"After that day {steps}. {costs} If you cannot pay at once, write to us before then."


def _ended_words(data: LatePaymentData) -> str:
    return "expired" if data.ended == "expired" else "been canceled"
