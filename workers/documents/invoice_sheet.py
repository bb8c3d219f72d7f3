"""What the invoice's template prints: every figure and name as finished, printable text."""

from collections.abc import Iterable

from shared.domain.money import euros
from shared.domain.pricing import VatLine
from workers.documents.credit_note_data import CreditLine
from workers.documents.invoice_data import InvoiceData, InvoiceLine
from workers.documents.printable import printable
from workers.documents.wording import (
    SHIPPING_NAMES,
    address_lines,
    expected_months,
    in_fours,
    long_date,
    rate,
    seller_lines,
)

Pairs = list[tuple[str, str]]


def invoice_sheet(data: InvoiceData) -> dict[str, object]:
    """Return the template's input; its keys are the names used in paper.typ."""
    return {
        "title": f"Invoice {data.number}",
        "page_name": f"invoice {data.number}",
        "intro": [],
        "heads": ["Item", "Quantity", "Price", "VAT", "Amount"],
        "sender": texts(seller_lines(data.seller)),
        "contact": texts((f"VAT id {data.seller.vat_id}", data.seller.email)),
        "recipient": texts(address_lines(data.billing)),
        "deliver_to": texts(address_lines(data.shipping)) if data.shipping != data.billing else [],
        "facts": _facts(data),
        "lines": [_line(line) for line in data.lines],
        "sums": _sums(data),
        "total_name": "Total",
        "total": euros(data.total_cents),
        "vat_name": "The prices contain VAT",
        "vat": vat_table(data.vat),
        "payment": payment_sentence(data),
        "payment_facts": _payment_facts(data),
    }


def texts(lines: Iterable[str]) -> list[str]:
    return [printable(line) for line in lines]


def details(line: InvoiceLine | CreditLine) -> str:
    return printable(f"{line.colour}, size {line.size} · {line.sku}")


def vat_table(lines: Iterable[VatLine]) -> list[tuple[str, ...]]:
    """Return a row a rate: rate, net, VAT, gross."""
    return [(rate(line.rate_bp), *map(euros, (line.net_cents, line.vat_cents, _gross(line)))) for line in lines]


def _gross(line: VatLine) -> int:
    return line.net_cents + line.vat_cents


def _facts(data: InvoiceData) -> Pairs:
    facts = [
        ("Invoice", data.number),
        ("Invoice date", long_date(data.issued_on)),
        ("Order", data.order_number),
        ("Ordered on", long_date(data.placed_on)),
    ]
    due = [("Payment due", long_date(data.due_on))] if data.due_on else []
    return facts + _supply(data) + due


def _supply(data: InvoiceData) -> Pairs:
    if data.version == 1:
        return []
    if data.supplied_on:
        return [("Date of supply", long_date(data.supplied_on))]
    return [("Expected delivery", expected_months(data.issued_on))]


def _line(line: InvoiceLine) -> dict[str, object]:
    figures = (str(line.quantity), euros(line.unit_price_cents), rate(line.vat_bp), euros(line.total_cents))
    return {"name": printable(line.name), "details": details(line), "figures": figures}


def _sums(data: InvoiceData) -> Pairs:
    delivery = SHIPPING_NAMES.get(data.shipping_method, "Delivery")
    return [
        ("Subtotal", euros(data.subtotal_cents)),
        (delivery, euros(data.shipping_cents) if data.shipping_cents else "free"),
    ]


def payment_sentence(data: InvoiceData) -> str:
    if data.paid_by_card:
        return "Paid by card. Nothing is left to transfer."
    until = f" by {long_date(data.due_on)}" if data.due_on else ""
    return f"Please transfer {euros(data.total_cents)}{until}."


def _payment_facts(data: InvoiceData) -> Pairs:
    reference = ("Reference", data.order_number)
    if data.paid_by_card:
        return [reference]
    seller = data.seller
    account = (("To", seller.name), ("IBAN", in_fours(seller.iban)), ("BIC", seller.bic))
    return [*((label, printable(value)) for label, value in account), reference]
