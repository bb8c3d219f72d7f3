"""Says in a PDF's metadata that it carries Factur-X, which typst cannot: added at the end, all else stays as it is."""

import re
from functools import cache
from pathlib import Path

SCHEMAS = b"<pdfaExtension:schemas><rdf:Bag>"
END = b"</rdf:RDF>"
FIELDS = (
    b'<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">'
    b"<fx:DocumentType>INVOICE</fx:DocumentType>"  # of a credit note, too
    b"<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>"
    b"<fx:Version>1.0</fx:Version>"
    b"<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>"
    b"</rdf:Description>"
)
METADATA = re.compile(rb"(?P<number>\d+) 0 obj\n<</Length (?P<length>\d+)/Type/Metadata/Subtype/XML>>\nstream\n")
TRAILER = re.compile(rb"trailer\n<<(?P<entries>[^\n]*)>>\nstartxref\n(?P<start>\d+)\n%%EOF\s*\Z")


def marked(pdf: bytes) -> bytes:
    """Add the four fields and the schema PDF/A asks for, as an incremental update (ISO 32000-1, 7.5.6).

    Raises:
        ValueError: the file is not built as typst builds it.
    """
    metadata, trailer = METADATA.search(pdf), TRAILER.search(pdf)
    if not (metadata and trailer):
        raise ValueError("no metadata or trailer where typst writes them")
    body = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    stream = _with_facturx(pdf[metadata.end() : metadata.end() + int(metadata["length"])])
    new = b"%b 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n%b\nendstream\nendobj\n"
    added = new % (metadata["number"], len(stream), stream)
    return body + added + _index(len(body), len(body + added), metadata["number"], trailer)


def _index(place: int, start: int, number: bytes, trailer: re.Match[bytes]) -> bytes:
    """Write the cross-reference of the one new object, at `place`, and where this cross-reference starts."""
    table = b"xref\n0 1\n%010d 65535 f \n%b 1\n%010d 00000 n \n" % (0, number, place)
    entries = b"trailer\n<<%b/Prev %b>>\n" % (trailer["entries"], trailer["start"])
    return table + entries + b"startxref\n%d\n%%%%EOF\n" % start


def _with_facturx(metadata: bytes) -> bytes:
    if SCHEMAS not in metadata or END not in metadata:
        raise ValueError("no extension schemas in the metadata")
    return metadata.replace(SCHEMAS, SCHEMAS + _schema(), 1).replace(END, FIELDS + END, 1)


@cache
def _schema() -> bytes:
    return (Path(__file__).parent / "facturx.xmp").read_bytes()
