import io
import json
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from shared.domain.pricing import VatLine
from tests.invoices import COPENHAGEN, JUMPER, a_credit_line, a_credit_note
from workers.documents.credit_note import CreditNoteData, from_snapshot, render, to_snapshot
from workers.documents.facturx import credit_note_xml

SOCKS = replace(JUMPER, name="Walking socks", sku="WS02-OCH-39", size="39-41", quantity=3, unit_price_cents=1105)


def read(note: CreditNoteData) -> PdfReader:
    return PdfReader(io.BytesIO(render(to_snapshot(note))), strict=True)


def text_of(note: CreditNoteData) -> str:
    """All pages' text, with white space of any kind as one space."""
    return " ".join(" ".join(page.extract_text() for page in read(note).pages).split())


def test_a_snapshot_gives_back_the_same_credit_note() -> None:
    note = a_credit_note(billing=COPENHAGEN, shipping=COPENHAGEN)

    snapshot = to_snapshot(note)

    assert from_snapshot(snapshot) == note
    assert to_snapshot(from_snapshot(snapshot)) == snapshot
    assert render(snapshot) == render(snapshot)


def test_a_snapshot_of_another_version_is_not_guessed_at() -> None:
    fields = json.loads(to_snapshot(a_credit_note())) | {"version": 99}

    with pytest.raises(ValueError, match="version"):
        from_snapshot(json.dumps(fields))


def test_a_credit_note_is_archivable_and_accessible_and_carries_itself_as_data() -> None:
    note = a_credit_note()
    pdf = read(note)
    catalog: Any = pdf.trailer["/Root"]

    marks = catalog["/Metadata"].get_object().get_data().decode()

    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in marks
    assert "<pdfuaid:part>1</pdfuaid:part>" in marks
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in marks
    assert dict(pdf.attachments) == {"factur-x.xml": [credit_note_xml(note)]}


def test_a_credit_note_carries_every_figure() -> None:
    lines = (a_credit_line(JUMPER), a_credit_line(replace(SOCKS, vat_bp=700)))

    text = text_of(a_credit_note(lines, 490))

    for words in (
        "Credit note C000001",
        "Date 11 December 2026",
        "Corrects invoice I000001",
        "This corrects invoice I000001 of 25 November 2026.",
        "Reason: You sent it back: too small",
        "Order K7QM-4X2D",
        "Item Quantity VAT Amount",
        "Merino jumper forest, size M · MJ01-FOR-M 1 19 % €89.00",
        "Walking socks forest, size 39-41 · WS02-OCH-39 3 7 % €33.15",
        "Goods €122.15",
        "Delivery €4.90",
        "Total credited €127.05",
        "The total contains VAT",
        "19 % €77.79 €14.78 €92.57",
        "7 % €32.22 €2.26 €34.48",
        "€127.05 goes back to your card.",
        "Page 1 of 1, credit note C000001",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("payout", "payout_cents", "words"),
    [
        ("card", 8900, "€89.00 goes back to your card. Reference"),
        ("transfer", 8900, "We transfer €89.00 to your bank account. Reference"),
        ("none", 0, "You need not pay this amount. Reference"),
        ("transfer", 0, "You need not pay this amount. Reference"),
        ("transfer", 5000, "We transfer €50.00 to your bank account. You need not pay the other €39.00."),
        ("transfer", 9000, "We transfer €90.00 to your bank account. €1.00 of it was paid too much."),
    ],
)
def test_a_credit_note_says_how_the_money_goes_back(payout: str, payout_cents: int, words: str) -> None:
    assert words in text_of(a_credit_note(payout=payout, payout_cents=payout_cents))


def test_a_free_amount_needs_no_lines() -> None:
    vat = (VatLine(1900, 672, 128), VatLine(700, 187, 13))

    text = text_of(a_credit_note((), other_cents=1000, vat=vat, reason="A button was missing"))

    assert "Reason: A button was missing Price reduction €10.00 Total credited €10.00" in text
    assert "7 % €1.87 €0.13 €2.00" in text
    assert "Quantity" not in text


def test_what_was_credited_before_is_taken_off() -> None:
    note = replace(
        a_credit_note(), other_cents=-1000, total_cents=7900, vat=(VatLine(1900, 6639, 1261),), payout_cents=7900
    )

    assert "Goods €89.00 Credited before −€10.00 Total credited €79.00" in text_of(note)


def test_a_long_credit_note_repeats_the_head_of_its_table() -> None:
    lines = tuple(replace(a_credit_line(JUMPER), sku=f"MJ01-FOR-{number}") for number in range(40))

    pages = [" ".join(page.extract_text().split()) for page in read(a_credit_note(lines)).pages]

    assert len(pages) == 3
    assert all("Item Quantity VAT Amount" in page for page in pages)
    assert "Page 3 of 3, credit note C000001" in pages[2]
