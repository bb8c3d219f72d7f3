"""Invoices and credit notes for tests, with what they do not care about filled in and the sums right."""

from dataclasses import replace
from datetime import date
from typing import Any

from shared.domain.countries import Address
from shared.domain.pricing import PricedLine, total
from shared.settings import Seller
from workers.documents.credit_note import CreditLine, CreditNoteData
from workers.documents.invoice import InvoiceData, InvoiceLine

SELLER = Seller(
    name="MyClothes GmbH (sample)",
    line1="Musterstraße 1",
    postcode="10969",
    city="Berlin",
    country="DE",
    vat_id="DE123456789",
    iban="DE02120300000000202051",
    bic="BYLADEM1001",
    email="orders@myclothes.example",
)
BERLIN = Address("Jana Łukaszewicz", "Prinzenstraße 84", "", "Berlin", "10969", "DE")
COPENHAGEN = Address("Søren Ægidius", "Nørrebrogade 5", "3. tv", "København", "2200", "DK")
JUMPER = InvoiceLine(
    name="Merino jumper",
    sku="MJ01-FOR-M",
    colour="forest",
    size="M",
    quantity=1,
    unit_price_cents=8900,
    vat_bp=1900,
)


def an_invoice(lines: tuple[InvoiceLine, ...] = (JUMPER,), shipping_cents: int = 490, **changes: Any) -> InvoiceData:
    totals = total([PricedLine(line.total_cents, line.vat_bp) for line in lines], shipping_cents)
    invoice = InvoiceData(
        number="I000001",
        order_number="K7QM-4X2D",
        issued_on=date(2026, 11, 25),
        placed_on=date(2026, 11, 24),
        due_on=date(2026, 12, 9),
        paid_by_card=False,
        billing=BERLIN,
        shipping=BERLIN,
        lines=lines,
        shipping_cents=shipping_cents,
        shipping_method="standard",
        subtotal_cents=totals.subtotal_cents,
        total_cents=totals.total_cents,
        vat=totals.vat,
        seller=SELLER,
        currency="EUR",
    )
    return replace(invoice, **changes)


def a_credit_note(
    lines: tuple[CreditLine, ...] | None = None, shipping_cents: int = 0, **changes: Any
) -> CreditNoteData:
    """One of the jumper by default; other_cents is shared over the rates of the lines, as shipping is."""
    credited = (a_credit_line(JUMPER),) if lines is None else lines
    other_cents = changes.pop("other_cents", 0)
    goods = [PricedLine(line.gross_cents, line.vat_bp) for line in credited]
    totals = total(goods or [PricedLine(0, 1900)], shipping_cents + other_cents)
    note = CreditNoteData(
        number="C000001",
        invoice_number="I000001",
        invoice_issued_on=date(2026, 11, 25),
        order_number="K7QM-4X2D",
        issued_on=date(2026, 12, 11),
        reason="You sent it back: too small",
        billing=BERLIN,
        lines=credited,
        shipping_cents=shipping_cents,
        other_cents=other_cents,
        total_cents=totals.total_cents,
        vat=totals.vat,
        payout="card",
        payout_cents=totals.total_cents,
        seller=SELLER,
        currency="EUR",
    )
    return replace(note, **changes)


def a_credit_line(line: InvoiceLine) -> CreditLine:
    return CreditLine(
        name=line.name,
        sku=line.sku,
        colour=line.colour,
        size=line.size,
        quantity=line.quantity,
        gross_cents=line.total_cents,
        vat_bp=line.vat_bp,
    )
