"""The invoice: what it says, that as one stored text (the snapshot), and the PDF made from the snapshot alone."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from shared.domain.countries import Address
from shared.domain.pricing import VatLine
from shared.settings import Seller
from workers.documents.invoice_data import InvoiceData, InvoiceLine
from workers.documents.invoice_sheet import invoice_sheet
from workers.documents.pdf import typeset

__all__ = ["InvoiceData", "InvoiceLine", "from_snapshot", "render", "to_snapshot"]

SNAPSHOT_VERSION = 1  # raise it when the fields change, and go on reading the old ones


def to_snapshot(data: InvoiceData) -> str:
    """Write the data as canonical JSON: the same data is always the same text."""
    fields = asdict(data) | {"version": SNAPSHOT_VERSION}
    return json.dumps(fields, default=date.isoformat, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_snapshot(snapshot: str) -> InvoiceData:
    """Read what `to_snapshot` wrote.

    Raises:
        ValueError: not a snapshot, or one of a version that this code does not know.
    """
    fields: dict[str, Any] = json.loads(snapshot)
    if fields.pop("version", None) != SNAPSHOT_VERSION:
        raise ValueError("unknown version of an invoice's snapshot")
    return InvoiceData(
        **fields
        | {name: date.fromisoformat(fields[name]) for name in ("issued_on", "placed_on", "due_on") if fields[name]}
        | {name: Address(**fields[name]) for name in ("billing", "shipping")}
        | {"lines": tuple(InvoiceLine(**line) for line in fields["lines"])}
        | {"vat": tuple(VatLine(**line) for line in fields["vat"])}
        | {"seller": Seller(**fields["seller"])}
    )


def render(snapshot: str) -> bytes:
    """Make the PDF (PDF/A-3a and PDF/UA-1): the same bytes from the same snapshot. CPU-bound: call it in a thread."""
    data = from_snapshot(snapshot)
    return typeset("invoice.typ", invoice_sheet(data), data.issued_on)
