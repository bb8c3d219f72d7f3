from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.countries import Address
from shared.domain.pricing import VatLine
from tests.facturx_rules import Read, Rules, judging
from tests.invoices import JUMPER, a_credit_line, a_credit_note, an_invoice
from workers.documents.credit_note import CreditNoteData
from workers.documents.facturx import credit_note_xml, invoice_xml
from workers.documents.invoice import InvoiceData, InvoiceLine

SUMMATION = "SpecifiedTradeSettlementHeaderMonetarySummation"
PRODUCT = "SpecifiedTradeProduct"
ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=40), st.sampled_from(("<b>&amp;\"'", "]]>", "\x00\x07", "محمد 😀"))
)
RATES = st.sampled_from((0, 550, 700, 1900, 2500))
LINES = st.builds(
    InvoiceLine,
    name=ANY_TEXT,
    sku=ANY_TEXT,
    colour=ANY_TEXT,
    size=ANY_TEXT,
    quantity=st.integers(1, 99),
    unit_price_cents=st.integers(1, 99_999),
    vat_bp=RATES,
)
ADDRESSES = st.builds(Address, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, st.sampled_from(("DE", "GB", "CH")))
INVOICES = st.builds(
    an_invoice,
    st.lists(LINES, min_size=1, max_size=12).map(tuple),
    st.sampled_from((0, 490, 990)),
    billing=ADDRESSES,
    shipping=ADDRESSES,
    paid_by_card=st.booleans(),
    due_on=st.sampled_from((None, date(2026, 12, 9))),
    supplied_on=st.sampled_from((None, date(2026, 11, 27))),
    shipping_method=st.sampled_from(("standard", "express")),
)
HUNDRED_LINES = tuple(
    replace(JUMPER, sku=f"N{n}", quantity=n, unit_price_cents=100 + 7 * n, vat_bp=(700, 1900)[n % 2])
    for n in range(1, 100)
)
NOTES = st.builds(
    a_credit_note,
    st.lists(LINES.map(a_credit_line), max_size=8).map(tuple),
    st.sampled_from((0, 490)),
    other_cents=st.integers(1, 5000),
    billing=ADDRESSES,
    reason=ANY_TEXT,
    payout=st.sampled_from(("card", "transfer", "none")),
)


@pytest.fixture(scope="module")
def rules() -> Iterator[Rules]:
    with judging() as rules:
        yield rules


@settings(max_examples=25)
@given(invoice=INVOICES)
@example(invoice=an_invoice((JUMPER, *HUNDRED_LINES)))
def test_every_invoice_is_good_factur_x(rules: Rules, invoice: InvoiceData) -> None:
    xml = invoice_xml(invoice)

    assert rules.faults(xml) == []
    assert Read(xml).cents("ApplicableTradeTax", "CalculatedAmount") == [line.vat_cents for line in invoice.vat]
    assert Read(xml).cents(SUMMATION, "TotalPrepaidAmount") == [invoice.total_cents * invoice.paid_by_card]
    assert Read(xml).cents(SUMMATION, "DuePayableAmount") == [invoice.total_cents * (not invoice.paid_by_card)]


@settings(max_examples=25)
@given(note=NOTES)
def test_every_credit_note_is_good_factur_x(rules: Rules, note: CreditNoteData) -> None:
    xml = credit_note_xml(note)

    assert rules.faults(xml) == []
    assert Read(xml).cents("ApplicableTradeTax", "CalculatedAmount") == [line.vat_cents for line in note.vat]
    assert Read(xml).cents(SUMMATION, "DuePayableAmount") == [note.total_cents]


@pytest.mark.parametrize(
    ("written", "planted", "faults"),
    [
        (b"GrandTotalAmount>93.90", b"GrandTotalAmount>93.91", ["BR-CO-15", "BR-CO-16"]),
        (b'TaxTotalAmount currencyID="EUR">14.99', b'TaxTotalAmount currencyID="EUR">15.00', ["BR-CO-14", "BR-CO-15"]),
        (
            b"LineTotalAmount>74.79</ram:LineTotalAmount></",
            b"LineTotalAmount>74.80</ram:LineTotalAmount></",
            ["BR-CO-10", "BR-S-08"],
        ),
    ],
)
def test_a_planted_error_is_found(rules: Rules, written: bytes, planted: bytes, faults: list[str]) -> None:
    xml = invoice_xml(an_invoice())

    assert written in xml
    assert rules.faults(xml) == []
    assert rules.faults(xml.replace(written, planted)) == faults


def test_an_element_at_the_wrong_place_is_found(rules: Rules) -> None:
    xml = invoice_xml(an_invoice()).replace(
        b"<ram:DuePayableAmount>", b"<ram:TypeCode>1</ram:TypeCode><ram:DuePayableAmount>"
    )

    assert "not expected" in rules.faults(xml)[0]


def test_a_credit_of_a_free_amount_has_a_line_for_each_rate(rules: Rules) -> None:
    vat = (VatLine(1900, 672, 128), VatLine(700, 187, 13))

    xml = credit_note_xml(a_credit_note((), other_cents=1000, vat=vat))

    assert rules.faults(xml) == []
    assert Read(xml).texts(PRODUCT, "Name") == ["Price reduction", "Price reduction"]
    assert Read(xml).cents("SpecifiedTradeSettlementLineMonetarySummation", "LineTotalAmount") == [672, 187]


def test_what_was_credited_before_is_taken_off_a_credit_note(rules: Rules) -> None:
    socks = a_credit_line(replace(JUMPER, name="Socks", unit_price_cents=500, vat_bp=700))
    left = replace(a_credit_note((a_credit_line(JUMPER), socks)), vat=(VatLine(1900, 6639, 1261),))

    xml = credit_note_xml(replace(left, other_cents=-1500, total_cents=7900, payout_cents=7900))

    assert rules.faults(xml) == []
    assert Read(xml).cents("SpecifiedTradeAllowanceCharge", "ActualAmount") == [840, 467]
    assert Read(xml).texts("SpecifiedTradeAllowanceCharge", "Reason") == ["Credited before"] * 2
    assert Read(xml).cents(SUMMATION, "DuePayableAmount") == [7900]
