"""Sets an invoice or a credit note with typst: archivable and accessible, and the same bytes for the same input."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

import typst

from workers.documents.coverage import FONTS
from workers.documents.facturx_marks import marked

FOLDER = Path(__file__).parent


def typeset(sheet: Mapping[str, object], dated: date, facturx: bytes | None) -> bytes:
    """Set paper.typ; takes some ten milliseconds of CPU time, so call it in a thread.

    Args:
        sheet: what the template prints, made `printable` before.
        dated: the only date that gets into the file, as its time of making.
        facturx: the same as XML, to be attached.
    Raises:
        typst.TypstError: the template is faulty, or a text was not made printable.
    """
    if facturx is None:
        return _pdf(sheet, dated)
    return marked(_pdf({**sheet, "facturx": facturx.decode()}, dated))


def _pdf(sheet: Mapping[str, object], dated: date) -> bytes:
    made = datetime.combine(dated, time.min, UTC)
    return typst.compile(
        str(FOLDER / "paper.typ"),
        root=str(FOLDER),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["a-3a", "ua-1"],
        sys_inputs={"sheet": json.dumps(sheet)},
        timestamp=int(made.timestamp()),
    )


@cache
def _fonts() -> typst.Fonts:
    """Found once a process, on first use: typst's threads would not survive a fork."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
