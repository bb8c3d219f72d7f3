import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import process_time
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from tests.invoices import COPENHAGEN, JUMPER, an_invoice
from workers.documents.facturx import invoice_xml
from workers.documents.invoice import InvoiceData, from_snapshot, render, to_snapshot

FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
FX_FIELDS = {
    "DocumentType": ["INVOICE"],
    "DocumentFileName": ["factur-x.xml"],
    "Version": ["1.0"],
    "ConformanceLevel": ["EN 16931"],
}
PREFIX = "{http://www.aiim.org/pdfa/ns/schema#}prefix"


def read(invoice: InvoiceData) -> PdfReader:
    return PdfReader(io.BytesIO(render(to_snapshot(invoice))), strict=True)


def test_a_snapshot_gives_back_the_same_invoice() -> None:
    invoice = an_invoice(shipping=COPENHAGEN, due_on=None, paid_by_card=True)

    snapshot = to_snapshot(invoice)

    assert from_snapshot(snapshot) == invoice
    assert to_snapshot(from_snapshot(snapshot)) == snapshot


def test_a_snapshot_of_another_version_is_not_guessed_at() -> None:
    fields = json.loads(to_snapshot(an_invoice())) | {"version": 99}

    with pytest.raises(ValueError, match="version"):
        from_snapshot(json.dumps(fields))


def test_an_invoice_has_the_same_bytes_on_every_rendering() -> None:
    snapshot = to_snapshot(an_invoice())
    first = render(snapshot)

    with ThreadPoolExecutor(4) as threads:
        others = list(threads.map(render, [snapshot] * 8))

    assert set(others) == {first}


def test_an_invoice_has_the_same_bytes_in_another_process() -> None:
    script = (
        "import hashlib, sys; from workers.documents.invoice import render;"
        "print(hashlib.sha256(render(sys.stdin.buffer.read().decode())).hexdigest())"
    )
    snapshot = to_snapshot(an_invoice(billing=COPENHAGEN))

    hashes = {
        subprocess.run(
            [sys.executable, "-c", script], input=snapshot.encode(), stdout=subprocess.PIPE, check=True
        ).stdout
        for _ in range(2)
    }

    assert len(hashes) == 1


def test_an_invoice_is_archivable_and_accessible() -> None:
    catalog: Any = read(an_invoice()).trailer["/Root"]

    marks = catalog["/Metadata"].get_object().get_data().decode()

    assert "<pdfaid:part>3</pdfaid:part>" in marks
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in marks
    assert "<pdfuaid:part>1</pdfuaid:part>" in marks
    assert catalog["/Lang"] == "en"
    assert catalog["/MarkInfo"]["/Marked"] == True  # noqa: E712  a PDF object, not a bool


def test_every_font_of_an_invoice_is_in_the_file() -> None:
    resources: Any = read(an_invoice()).pages[0]["/Resources"]

    descriptors = [font["/DescendantFonts"][0]["/FontDescriptor"] for font in resources["/Font"].values()]

    assert {descriptor["/FontName"].split("+")[-1] for descriptor in descriptors} == {
        "InstrumentSans-Regular",
        "InstrumentSans-SemiBold",
    }
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in descriptors)


def test_an_invoice_carries_itself_as_data() -> None:
    invoice = an_invoice()

    attachments = read(invoice).attachments

    assert dict(attachments) == {"factur-x.xml": [invoice_xml(invoice)]}


def test_an_invoice_says_in_its_metadata_that_it_carries_data() -> None:
    catalog: Any = read(an_invoice()).trailer["/Root"]

    marks = ElementTree.fromstring(catalog["/Metadata"].get_object().get_data())  # noqa: S314  our own file

    assert {name: [found.text for found in marks.iter(FX + name)] for name in FX_FIELDS} == FX_FIELDS
    assert [found.text for found in marks.iter(PREFIX)] == ["fx", "xmpMM", "pdf", "pdfuaid"]
    assert catalog["/AF"][0]["/AFRelationship"] == "/Alternative"
    assert catalog["/AF"][0]["/EF"]["/F"]["/Subtype"] == "/text/xml"


def test_an_old_snapshot_is_rendered_as_it_was() -> None:
    fields = json.loads(to_snapshot(an_invoice())) | {"version": 1}
    del fields["supplied_on"]

    pdf = PdfReader(io.BytesIO(render(json.dumps(fields))), strict=True)

    assert dict(pdf.attachments) == {}
    assert "Ordered on 24 November 2026 Payment due" in " ".join(pdf.pages[0].extract_text().split())


def test_a_usual_invoice_is_made_within_150_ms_of_cpu() -> None:
    lines = tuple(replace(JUMPER, sku=f"MJ01-FOR-{number}") for number in range(10))
    snapshots = [to_snapshot(an_invoice(lines, number=f"I{number:06}", billing=COPENHAGEN)) for number in range(6)]
    render(snapshots[0])
    before = process_time()

    for snapshot in snapshots[1:]:
        render(snapshot)

    assert process_time() - before < 5 * 0.150
