"""What a PDF of ours is: read from the Factur-X in it, as a program of its receiver reads it."""

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
XML = b"<rsm:CrossIndustryInvoice"
FIELDS = re.compile(
    rb"<rsm:ExchangedDocument>\s*<ram:ID>(?P<letter>[IC])(?P<n>\d{6,12})</ram:ID>"
    rb'.*?<udt:DateTimeString format="102">(?P<day>\d{8})<'
    rb".*?<ram:SellerOrderReferencedDocument><ram:IssuerAssignedID>(?P<order>[0-9A-Z-]{9})<",
    re.DOTALL,
)
KINDS: dict[str, Literal["invoice", "credit_note"]] = {"I": "invoice", "C": "credit_note"}


@dataclass(frozen=True)
class Paper:
    """An invoice or a credit note; n: its place in its range of numbers."""

    kind: Literal["invoice", "credit_note"]
    number: str
    n: int
    order_number: str
    issued_on: date


def read_paper(pdf: bytes) -> Paper | None:
    """None for a document without a number of the shop's books: of a load run, of the first releases, or foreign."""
    xml = next((text for found in STREAM.finditer(pdf) if XML in (text := _unpacked(found[1]))), b"")
    fields = FIELDS.search(xml)
    if fields is None:
        return None
    letter, digits = fields["letter"].decode(), fields["n"].decode()
    day = datetime.strptime(fields["day"].decode(), "%Y%m%d").replace(tzinfo=UTC).date()
    return Paper(KINDS[letter], letter + digits, int(digits), fields["order"].decode(), day)


def _unpacked(stream: bytes) -> bytes:
    """Line ends before `endstream` are no part of it, but may look like its last byte: zlib knows where it ends."""
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return stream
