"""The invoice: what it says, that as one stored text (the snapshot), and the PDF made from the snapshot alone."""

from shared.domain.countries import Address
from shared.domain.pricing import VatLine
from shared.settings import Seller
from workers.documents.facturx import invoice_xml
from workers.documents.invoice_data import InvoiceData, InvoiceLine
from workers.documents.invoice_sheet import invoice_sheet
from workers.documents.pdf import typeset
from workers.documents.snapshots import read, written

__all__ = ["InvoiceData", "InvoiceLine", "from_snapshot", "render", "to_snapshot"]

VERSIONS = (1, 2)  # add one when the fields or the layout change, and go on reading the old ones
DATES = ("issued_on", "placed_on", "due_on", "supplied_on")


def to_snapshot(data: InvoiceData) -> str:
    """Write the data as canonical JSON: the same data is always the same text."""
    return written(data)


def from_snapshot(snapshot: str) -> InvoiceData:
    """Read what `to_snapshot` wrote.

    Raises:
        ValueError: not a snapshot, or one of a version that this code does not know.
    """
    fields = read(snapshot, VERSIONS, DATES)
    return InvoiceData(
        **fields
        | {name: Address(**fields[name]) for name in ("billing", "shipping")}
        | {"lines": tuple(InvoiceLine(**line) for line in fields["lines"])}
        | {"vat": tuple(VatLine(**line) for line in fields["vat"])}
        | {"seller": Seller(**fields["seller"])}
    )


def render(snapshot: str) -> bytes:
    """Make the PDF (PDF/A-3a, PDF/UA-1, Factur-X): the same bytes from the same snapshot.

    CPU-bound: call it in a thread.
    """
    data = from_snapshot(snapshot)
    return typeset(invoice_sheet(data), data.issued_on, invoice_xml(data) if data.version > 1 else None)
