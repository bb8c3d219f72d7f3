"""What the credit note's page prints: every figure and name as finished, printable text."""

from shared.domain.money import euros
from workers.documents.credit_note_data import CreditLine, CreditNoteData
from workers.documents.invoice_sheet import Pairs, details, texts, vat_table
from workers.documents.printable import printable
from workers.documents.wording import address_lines, long_date, rate, seller_lines

REDUCTION = "Price reduction"
CREDITED_BEFORE = "Credited before"


def credit_note_sheet(data: CreditNoteData) -> dict[str, object]:
    """Return the template's input; its keys are the names used in paper.typ."""
    return {
        "title": f"Credit note {data.number}",
        "page_name": f"credit note {data.number}",
        "intro": texts((_correction(data), f"Reason: {data.reason}")),
        "heads": ["Item", "Quantity", "VAT", "Amount"],
        "sender": texts(seller_lines(data.seller)),
        "contact": texts((f"VAT id {data.seller.vat_id}", data.seller.email)),
        "recipient": texts(address_lines(data.billing)),
        "deliver_to": [],
        "facts": _facts(data),
        "lines": [_line(line) for line in data.lines],
        "sums": _sums(data),
        "total_name": "Total credited",
        "total": euros(data.total_cents),
        "vat_name": "The total contains VAT",
        "vat": vat_table(data.vat),
        "payment": payout_sentence(data),
        "payment_facts": [("Reference", data.order_number)],
    }


def payout_sentence(data: CreditNoteData) -> str:
    """Say how the money goes back, and what of the credit need not be paid at all."""
    if data.payout == "none" or not data.payout_cents:
        return "You need not pay this amount."
    back = euros(data.payout_cents)
    way = f"{back} goes back to your card." if data.payout == "card" else f"We transfer {back} to your bank account."
    return f"{way}{_rest(data.total_cents - data.payout_cents)}"


def extra_name(data: CreditNoteData) -> str:
    """Name what is credited besides the goods."""
    names = (("Delivery", data.shipping_cents), (REDUCTION, data.other_cents))
    return " and ".join(name for name, cents in names if cents > 0) or REDUCTION


def _rest(cents: int) -> str:
    if cents > 0:
        return f" You need not pay the other {euros(cents)}."
    return f" {euros(-cents)} of it was paid too much." if cents < 0 else ""


def _correction(data: CreditNoteData) -> str:
    return f"This corrects invoice {data.invoice_number} of {long_date(data.invoice_issued_on)}."


def _facts(data: CreditNoteData) -> Pairs:
    return [
        ("Credit note", data.number),
        ("Date", long_date(data.issued_on)),
        ("Corrects invoice", data.invoice_number),
        ("Invoice date", long_date(data.invoice_issued_on)),
        ("Order", data.order_number),
    ]


def _line(line: CreditLine) -> dict[str, object]:
    figures = (str(line.quantity), rate(line.vat_bp), euros(line.gross_cents))
    return {"name": printable(line.name), "details": details(line), "figures": figures}


def _sums(data: CreditNoteData) -> Pairs:
    sums = (
        ("Goods", sum(line.gross_cents for line in data.lines)),
        ("Delivery", data.shipping_cents),
        (REDUCTION if data.other_cents > 0 else CREDITED_BEFORE, data.other_cents),
    )
    return [(name, euros(cents)) for name, cents in sums if cents]
