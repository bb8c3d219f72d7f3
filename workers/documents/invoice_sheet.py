"""What the invoice's template prints: every figure and name as finished, printable text."""

from collections.abc import Iterable

from shared.domain.money import euros
from workers.documents.invoice_data import InvoiceData, InvoiceLine
from workers.documents.printable import printable
from workers.documents.wording import SHIPPING_NAMES, address_lines, in_fours, long_date, rate, seller_lines

Pairs = list[tuple[str, str]]


def invoice_sheet(data: InvoiceData) -> dict[str, object]:
    """Return the template's input; its keys are the names used in invoice.typ."""
    return {
        "number": data.number,
        "sender": _texts(seller_lines(data.seller)),
        "contact": _texts((f"VAT id {data.seller.vat_id}", data.seller.email)),
        "recipient": _texts(address_lines(data.billing)),
        "deliver_to": _texts(address_lines(data.shipping)) if data.shipping != data.billing else [],
        "facts": _facts(data),
        "lines": [_line(line) for line in data.lines],
        "sums": _sums(data),
        "total": euros(data.total_cents),
        "vat": [
            (rate(line.rate_bp), euros(line.net_cents), euros(line.vat_cents), euros(line.net_cents + line.vat_cents))
            for line in data.vat
        ],
        "payment": _payment(data),
        "payment_facts": _payment_facts(data),
    }


def _texts(lines: Iterable[str]) -> list[str]:
    return [printable(line) for line in lines]


def _facts(data: InvoiceData) -> Pairs:
    facts = [
        ("Invoice", data.number),
        ("Invoice date", long_date(data.issued_on)),
        ("Order", data.order_number),
        ("Ordered on", long_date(data.placed_on)),
    ]
    return facts + ([("Payment due", long_date(data.due_on))] if data.due_on else [])


def _line(line: InvoiceLine) -> dict[str, str]:
    return {
        "name": printable(line.name),
        "details": printable(f"{line.colour}, size {line.size} · {line.sku}"),
        "quantity": str(line.quantity),
        "price": euros(line.unit_price_cents),
        "rate": rate(line.vat_bp),
        "amount": euros(line.total_cents),
    }


def _sums(data: InvoiceData) -> Pairs:
    delivery = SHIPPING_NAMES.get(data.shipping_method, "Delivery")
    return [
        ("Subtotal", euros(data.subtotal_cents)),
        (delivery, euros(data.shipping_cents) if data.shipping_cents else "free"),
    ]


def _payment(data: InvoiceData) -> str:
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
