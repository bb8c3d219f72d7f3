"""The credit note, which corrects an invoice: its data, that as one stored text, and the PDF made from that alone."""

from shared.domain.countries import Address
from shared.domain.pricing import VatLine
from shared.settings import Seller
from workers.documents.credit_note_data import CreditLine, CreditNoteData
from workers.documents.credit_note_sheet import credit_note_sheet
from workers.documents.facturx import credit_note_xml
from workers.documents.pdf import typeset
from workers.documents.snapshots import read, written

__all__ = ["CreditLine", "CreditNoteData", "from_snapshot", "render", "to_snapshot"]

VERSIONS = (1,)  # add one when the fields or the layout change, and go on reading the old ones
DATES = ("issued_on", "invoice_issued_on")


def to_snapshot(data: CreditNoteData) -> str:
    """Write the data as canonical JSON: the same data is always the same text."""
    return written(data)


def from_snapshot(snapshot: str) -> CreditNoteData:
    """Read what `to_snapshot` wrote.

    Raises:
        ValueError: not a snapshot, or one of a version that this code does not know.
    """
    fields = read(snapshot, VERSIONS, DATES)
    return CreditNoteData(
        **fields
        | {name: Address(**fields[name]) for name in ("billing", "shipping") if fields[name]}
        | {"lines": tuple(CreditLine(**line) for line in fields["lines"])}
        | {"vat": tuple(VatLine(**line) for line in fields["vat"])}
        | {"seller": Seller(**fields["seller"])}
    )


def render(snapshot: str) -> bytes:
    """Make the PDF (PDF/A-3a, PDF/UA-1, Factur-X): the same bytes from the same snapshot.

    CPU-bound: call it in a thread.
    """
    data = from_snapshot(snapshot)
    return typeset(credit_note_sheet(data), data.issued_on, credit_note_xml(data))
