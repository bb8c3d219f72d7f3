import io
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from tests.invoices import BERLIN, COPENHAGEN, JUMPER, an_invoice
from workers.documents.invoice import InvoiceData, render, to_snapshot
from workers.documents.wording import expected_months


def read(invoice: InvoiceData) -> PdfReader:
    return PdfReader(io.BytesIO(render(to_snapshot(invoice))), strict=True)


def text_of(invoice: InvoiceData) -> str:
    """All pages' text, with white space of any kind as one space."""
    return " ".join(" ".join(page.extract_text() for page in read(invoice).pages).split())


def forty_lines() -> InvoiceData:
    return an_invoice(tuple(replace(JUMPER, sku=f"MJ01-FOR-{number}") for number in range(40)))


def test_an_invoice_carries_every_figure() -> None:
    cheap = replace(JUMPER, name="Walking socks", sku="WS02-OCH-39", size="39-41", quantity=3, unit_price_cents=1105)
    invoice = an_invoice((JUMPER, replace(cheap, vat_bp=700)))

    text = text_of(invoice)

    for words in (
        "Invoice I000001",
        "Invoice date 25 November 2026",
        "Order K7QM-4X2D",
        "Ordered on 24 November 2026",
        "Expected delivery Nov or Dec 2026",
        "Merino jumper forest, size M · MJ01-FOR-M 1 €89.00 19 % €89.00",
        "Walking socks forest, size 39-41 · WS02-OCH-39 3 €11.05 7 % €33.15",
        "Subtotal €122.15",
        "Standard delivery €4.90",
        "Total €127.05",
        "19 % €77.79 €14.78 €92.57",
        "7 % €32.22 €2.26 €34.48",
        "Please transfer €127.05 by 9 December 2026.",
        "IBAN DE02 1203 0000 0000 2020 51",
        "Reference K7QM-4X2D",
        "VAT id DE123456789",
        "Page 1 of 1, invoice I000001",
    ):
        assert words in text
    assert sum(line.net_cents + line.vat_cents for line in invoice.vat) == invoice.total_cents == 12705


def test_the_day_of_supply_is_printed_when_it_is_known() -> None:
    text = text_of(an_invoice(supplied_on=date(2026, 11, 27)))

    assert "Date of supply 27 November 2026" in text
    assert "Expected delivery" not in text


@pytest.mark.parametrize(
    ("issued_on", "months"),
    [
        (date(2026, 11, 24), "November 2026"),
        (date(2026, 11, 25), "Nov or Dec 2026"),
        (date(2026, 12, 31), "Dec 2026 or Jan 2027"),
    ],
)
def test_before_that_the_month_of_supply_is_named(issued_on: date, months: str) -> None:
    assert expected_months(issued_on) == months


def test_free_delivery_is_called_free() -> None:
    assert "Express delivery free Total €89.00" in text_of(an_invoice(shipping_cents=0, shipping_method="express"))


def test_an_invoice_paid_by_card_asks_for_nothing() -> None:
    text = text_of(an_invoice(paid_by_card=True, due_on=None))

    assert "Paid by card. Nothing is left to transfer." in text
    assert "transfer €" not in text
    assert "IBAN" not in text
    assert "Payment due" not in text


def test_another_delivery_address_is_named() -> None:
    assert "Delivered to Søren Ægidius Nørrebrogade 5 3. tv 2200 København Denmark" in text_of(
        an_invoice(shipping=COPENHAGEN)
    )
    assert "Delivered to" not in text_of(an_invoice(shipping=BERLIN))


def test_a_long_invoice_repeats_the_head_of_its_table_and_counts_its_pages() -> None:
    pages = [" ".join(page.extract_text().split()) for page in read(forty_lines()).pages]

    assert len(pages) == 3
    assert all("Item Quantity Price VAT Amount" in page for page in pages)
    assert all(f"Page {number} of 3, invoice I000001" in page for number, page in enumerate(pages, 1))
    assert "Total €3,564.90" in pages[-1]


def test_what_a_buyer_types_is_text_and_never_template_code() -> None:
    name = '#panic("x") $y$ *bold* \\ <b>`c`</b> "q"'

    assert name in text_of(an_invoice(billing=replace(BERLIN, name=name)))
