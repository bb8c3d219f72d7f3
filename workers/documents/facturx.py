"""The invoice and the credit note as programs read them: Factur-X, profile EN 16931. Pure: data in, XML out."""

from collections.abc import Sequence

from shared.domain.pricing import PricedLine, VatLine
from workers.documents.credit_note_data import CreditLine, CreditNoteData
from workers.documents.credit_note_sheet import CREDITED_BEFORE, extra_name, payout_sentence
from workers.documents.facturx_amounts import Nets, nets_of
from workers.documents.facturx_template import filled_in
from workers.documents.invoice_data import InvoiceData, InvoiceLine
from workers.documents.invoice_sheet import payment_sentence
from workers.documents.wording import SHIPPING_NAMES, expected_months, expected_supply

INVOICE, CREDIT_NOTE = 380, 381  # UNTDID 1001
CARD, TRANSFER = 48, 58  # UNTDID 4461: bank card, SEPA credit transfer


def invoice_xml(data: InvoiceData) -> bytes:
    """Write an invoice; its VAT is to the cent what the page says."""
    nets = nets_of([PricedLine(line.total_cents, line.vat_bp) for line in data.lines], data.vat)
    return filled_in(
        _common(data, nets)
        | {
            "type_code": INVOICE,
            "notes": [] if data.supplied_on else [f"Expected delivery: {expected_months(data.issued_on)}"],
            "lines": [_line(*pair) for pair in zip(data.lines, nets.line_cents, strict=True)],
            "shipping": data.shipping,
            "supplied_on": data.supplied_on,
            "supply_period": None if data.supplied_on else expected_supply(data.issued_on),
            "means": _card() if data.paid_by_card else _transfer(data),
            "charge": SHIPPING_NAMES.get(data.shipping_method, "Delivery"),
            "allowance": "Reduction",
            "terms": payment_sentence(data),
            "due_on": data.due_on,
            "prepaid_cents": data.total_cents if data.paid_by_card else 0,
            "corrects": None,
        }
    )


def credit_note_xml(data: CreditNoteData) -> bytes:
    """Write a credit note. One without goods gets a line a rate, since the standard asks for a line."""
    goods = data.lines or _lines_of_rates(data)
    nets = nets_of([PricedLine(line.gross_cents, line.vat_bp) for line in goods], data.vat)
    return filled_in(
        _common(data, nets)
        | {
            "type_code": CREDIT_NOTE,
            "notes": [data.reason],
            "lines": [_line(*pair) for pair in zip(goods, nets.line_cents, strict=True)],
            "shipping": data.shipping or data.billing,
            "supplied_on": None,
            "supply_period": None,
            "means": _card() if data.payout == "card" else None,
            "charge": extra_name(data),
            "allowance": CREDITED_BEFORE,
            "terms": payout_sentence(data),
            "due_on": None,
            "prepaid_cents": 0,
            "corrects": {"number": data.invoice_number, "issued_on": data.invoice_issued_on},
        }
    )


def _common(data: InvoiceData | CreditNoteData, nets: Nets) -> dict[str, object]:
    names = ("number", "order_number", "issued_on", "billing", "seller", "currency")
    return {name: getattr(data, name) for name in names} | {"nets": nets}


def _line(line: InvoiceLine | CreditLine, net_cents: int) -> dict[str, object]:
    return {
        "name": line.name,
        "sku": line.sku,
        "traits": [(label, value) for label, value in (("Colour", line.colour), ("Size", line.size)) if value],
        "quantity": line.quantity,
        "price": _unit_price(net_cents, line.quantity),
        "vat_bp": line.vat_bp,
        "net_cents": net_cents,
    }


def _lines_of_rates(data: CreditNoteData) -> Sequence[CreditLine]:
    return [_rate_line(extra_name(data), line) for line in data.vat]


def _rate_line(name: str, line: VatLine) -> CreditLine:
    gross_cents = line.net_cents + line.vat_cents
    return CreditLine(name=name, sku="", colour="", size="", quantity=1, gross_cents=gross_cents, vat_bp=line.rate_bp)


def _card() -> dict[str, object]:
    return {"code": CARD, "name": "Card", "iban": ""}


def _transfer(data: InvoiceData) -> dict[str, object]:
    iban = "".join(data.seller.iban.split())
    return {"code": TRANSFER, "name": "Bank transfer", "iban": iban, "bic": data.seller.bic}


def _unit_price(net_cents: int, quantity: int) -> str:
    """Write the net price of one piece, in as many digits that 99 pieces come to the line's amount again."""
    ten_thousandths = (200 * net_cents + quantity) // (2 * quantity)
    return f"{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04d}"
