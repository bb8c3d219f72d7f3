"""A bank's CSV file as a table: its encoding, its separator, its heading. Pure."""

import csv
import io
from collections.abc import Mapping

from shared.domain.bank_fields import tidy
from shared.errors import FieldError, Invalid

SEPARATORS = (";", ",", "\t")
HEADING_WITHIN = 30  # lines; banks put the account's number and a balance before it
MOST_ROWS = 2_000  # all are shown on one page

# Headings are compared in lower case, without what stands in brackets.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "day": ("buchungstag", "buchungsdatum", "buchung", "datum", "date", "booking date", "transaction date"),
    "amount": ("betrag", "betrag in eur", "umsatz", "umsatz in eur", "amount", "amount in eur"),
    "purpose": ("verwendungszweck", "vwz", "purpose", "reference", "payment reference", "description", "details"),
    "name": (
        *("name", "name zahlungsbeteiligter", "beguenstigter/zahlungspflichtiger", "auftraggeber/begünstigter"),
        *("auftraggeber", "zahlungspflichtige*r", "zahlungspflichtiger", "payer", "counterparty", "payee/payer"),
    ),
    "currency": ("währung", "waehrung", "currency"),
    "status": ("info", "status", "state"),
    "direction": ("soll/haben", "s/h", "debit/credit"),
}
NEEDED = ("day", "amount", "purpose")

Row = tuple[int, list[str]]
Columns = Mapping[str, tuple[int, str]]  # what -> where, and what the bank calls it


def read_text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text:
        raise _broken("This is no CSV file: it holds NUL characters.")
    if not text.strip():
        raise _broken("The file is empty.")
    return text


def read_table(text: str) -> tuple[list[Row], Columns]:
    """The rows below the heading, read with the separator that makes a heading of one of the first lines."""
    for separator in SEPARATORS:
        rows = _rows(text, separator)
        for at, (_, cells) in enumerate(rows[:HEADING_WITHIN]):
            columns = _columns(cells)
            if all(name in columns for name in NEEDED):
                return _rows(text, separator, strict=True)[at + 1 :], columns
    wanted = "Buchungstag or Date, Betrag or Amount, Verwendungszweck or Purpose"
    raise _broken(f"No heading was found in the first {HEADING_WITHIN} lines: {wanted}.")


def _rows(text: str, separator: str, *, strict: bool = False) -> list[Row]:
    """The rows that hold anything; strictly read, no quotation mark that nobody closed may swallow what follows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    rows: list[Row] = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((before + 1, cells))
            before = reader.line_num
            if len(rows) > MOST_ROWS:
                raise _broken(f"The file has more than {MOST_ROWS:,} lines: export a shorter time.")
    except csv.Error as error:
        raise _broken(f"Line {before + 1}: this is no CSV ({error}).") from None
    return rows


def _columns(cells: list[str]) -> Columns:
    titles = [tidy(cell.split("(")[0]) for cell in cells]
    lower = [title.lower().replace(" / ", "/") for title in titles]
    return {
        what: next((at, titles[at]) for at, title in enumerate(lower) if title in known)
        for what, known in HEADINGS.items()
        if any(title in known for title in lower)
    }


def _broken(message: str) -> Invalid:
    return Invalid(errors=[FieldError("file", message)])
