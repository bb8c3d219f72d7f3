"""What a PDF of ours is can be read from the PDF alone."""

import zlib
from datetime import date

import pytest

from tests.invoices import a_credit_note, an_invoice
from workers.documents import credit_note, invoice
from workers.documents.facturx import invoice_xml
from workers.documents.paper import Paper, read_paper


def test_an_invoice_tells_its_number_its_day_and_its_order() -> None:
    pdf = invoice.render(invoice.to_snapshot(an_invoice(number="I000012", order_number="K7QM-4X2D")))

    assert read_paper(pdf) == Paper("invoice", "I000012", 12, "K7QM-4X2D", date(2026, 11, 25))


def test_a_credit_note_tells_its_own_number() -> None:
    note = a_credit_note(number="C1000003")

    found = read_paper(credit_note.render(credit_note.to_snapshot(note)))

    assert found == Paper("credit_note", "C1000003", 1_000_003, note.order_number, note.issued_on)


def test_an_invoice_is_read_whatever_byte_its_packed_text_ends_with() -> None:
    xml = invoice_xml(an_invoice(number="I000012"))
    ends = {data[-1:]: data for data in (zlib.compress(xml + bytes([n])) for n in range(256))}

    read = [read_paper(b"stream\n" + ends[end] + b"\nendstream") for end in (b"\r", b"\n", b"x")]

    assert [paper.number if paper else "" for paper in read] == ["I000012"] * 3


@pytest.mark.parametrize(
    "pdf", [b"", b"%PDF-1.7 stream\n\x00\nendstream", b"stream\n<rsm:CrossIndustryInvoice\nendstream"]
)
def test_what_is_no_document_of_ours_is_none(pdf: bytes) -> None:
    assert read_paper(pdf) is None


def test_an_invoice_of_a_load_run_is_none_of_the_books() -> None:
    assert read_paper(invoice.render(invoice.to_snapshot(an_invoice(number="T000001")))) is None
