"""The mails about one order: the receipt with its invoice, and word of a declined card."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage

from shared.domain.countries import Address
from shared.domain.money import euros
from shared.domain.pricing import VatLine
from workers.documents.invoice_data import InvoiceLine
from workers.documents.letter import Letter, OrderMail, compose
from workers.documents.moments import until_words
from workers.documents.notice import Notice, order_words, write
from workers.documents.printable import one_line
from workers.documents.wording import SHIPPING_NAMES, address_lines, in_fours, long_date, rate


@dataclass(frozen=True, kw_only=True)
class ReceiptData(OrderMail):
    """An order to be confirmed; due_on is None when paid by card."""

    due_on: date | None
    paid_by_card: bool
    billing: Address
    shipping: Address
    lines: tuple[InvoiceLine, ...]
    shipping_cents: int
    shipping_method: str
    vat: tuple[VatLine, ...]


@dataclass(frozen=True, kw_only=True)
class PaymentFailedData(OrderMail):
    """An order whose card was declined; kept_until is aware, in the shop's time zone, None when nothing ends it."""

    kept_until: datetime | None = None


def compose_receipt(
    data: ReceiptData, message_id: str, date: datetime, invoice_pdf: bytes, invoice_number: str
) -> EmailMessage:
    """Confirm an order; `bytes(message)` is the same for the same input.

    Args:
        message_id: `<receipt.NUMBER.revision@domain>`.
        date: the Date header; aware.
    """
    letter = Letter(
        template="receipt",
        subject=f"Your order {data.order_number}",
        order=data,
        message_id=message_id,
        date=date,
        words={**_receipt_words(data), "invoice_number": invoice_number},
    )
    return compose(letter, {f"{invoice_number}.pdf": invoice_pdf})


def compose_payment_failed(data: PaymentFailedData, message_id: str, date: datetime) -> EmailMessage:
    """Tell of a declined card, and that the order is kept; arguments as for `compose_receipt`."""
    until = f" until {until_words(data.kept_until)}" if data.kept_until else ""
    notice = Notice(
        subject=f"Your order {data.order_number}: the card was declined",
        heading="Your bank declined the card",
        sentences=(
            f"Your {order_words(data)} is kept{until}.",
            "Nothing was charged. Choose another way to pay; we prepare the parcel as soon as that is done.",
        ),
        button="Pay now",
        pieces={},
        facts={},
    )
    return write(notice, data, message_id, date, {})


def _receipt_words(data: ReceiptData) -> dict[str, object]:
    return {
        "name": one_line(data.billing.name),
        "sentence": _sentence(data),
        "lines": [_line(line) for line in data.lines],
        "shipping_name": SHIPPING_NAMES.get(data.shipping_method, "Delivery"),
        "shipping_cents": data.shipping_cents,
        "total_name": "Paid by card" if data.paid_by_card else "To pay",
        "vat": [{"rate": rate(line.rate_bp), "vat_cents": line.vat_cents} for line in data.vat],
        "shipping_lines": _lines(address_lines(data.shipping)),
        "billing_lines": _lines(address_lines(data.billing)) if data.billing != data.shipping else [],
        "payment_name": "How you paid" if data.paid_by_card else "How to pay",
        "payment_lines": _payment_lines(data),
    }


def _sentence(data: ReceiptData) -> str:
    if data.paid_by_card:
        return f"{euros(data.total_cents)} is paid by card."
    until = f" by {long_date(data.due_on)}" if data.due_on else ""
    return f"Please transfer {euros(data.total_cents)}{until}."


def _line(line: InvoiceLine) -> dict[str, object]:
    each = f"{line.quantity} × {euros(line.unit_price_cents)}"
    return {
        "name": one_line(line.name),
        "details": one_line(f"{line.colour}, size {line.size}, {each}"),
        "total_cents": line.total_cents,
    }


def _payment_lines(data: ReceiptData) -> list[str]:
    reference = f"Reference {data.order_number}"
    if data.paid_by_card:
        return ["Card", reference]
    seller = data.seller
    account = (f"Bank transfer to {seller.name}", f"IBAN {in_fours(seller.iban)}", f"BIC {seller.bic}")
    return [*_lines(account), reference]


def _lines(texts: Iterable[str]) -> list[str]:
    return [one_line(text) for text in texts]
