"""A bank's list of booked transfers as CSV: pure, and strict where a guess could cost money.

The heading may follow some lines about the account. Amounts need a sign for cents, so that "1.234" is never guessed.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from shared.domain.bank_fields import read_amount, read_day, tidy
from shared.errors import FieldError, Invalid

SEPARATORS = (";", ",", "\t")
HEADING_WITHIN = 30  # lines; banks put the account's number and a balance before it
MOST_ROWS = 10_000
MOST_FAULTS = 10  # told at once: a file of the wrong kind has thousands

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
    "direction": ("soll/haben", "s/h", "debit/credit"),
}
NEEDED = ("day", "amount", "purpose")
OUTGOING = frozenset({"s", "soll", "d", "debit"})


@dataclass(frozen=True, kw_only=True)
class BankLine:
    """Money that came in.

    Attributes:
        row: the line of the file where it begins, counted from one.
        key: the same for the same transfer in every file that holds it: its content and how often it stood before.
    """

    row: int
    day: date
    amount_cents: int
    purpose: str
    name: str
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class BankFile:
    """What came in, and how many lines were left out because money went out."""

    lines: tuple[BankLine, ...]
    outgoing: int


def read_bank_csv(content: bytes) -> BankFile:
    """Read a file in UTF-8 or Latin-1, with semicolons, commas or tabs, in German or English.

    Raises:
        Invalid: names each line and field that cannot be read; nothing of such a file is taken.
    """
    rows, columns = _table(_text(content))
    faults: list[FieldError] = []
    found = [line for row, cells in rows if (line := _read(_Cells(row, cells, columns, faults)))]
    if faults:
        raise Invalid(errors=faults[:MOST_FAULTS])
    incoming = [line for line in found if line.amount_cents > 0]
    return BankFile(lines=tuple(_with_keys(incoming)), outgoing=sum(line.amount_cents < 0 for line in found))


Row = tuple[int, list[str]]
Columns = Mapping[str, tuple[int, str]]  # what -> where, and what the bank calls it


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text:
        raise _broken("This is no CSV file: it holds NUL characters.")
    if not text.strip():
        raise _broken("The file is empty.")
    return text


def _table(text: str) -> tuple[list[Row], Columns]:
    """The rows below the heading, read with the separator that makes a heading of one of the first lines."""
    for separator in SEPARATORS:
        rows = _rows(text, separator)
        for at, (_, cells) in enumerate(rows[:HEADING_WITHIN]):
            columns = _columns(cells)
            if all(name in columns for name in NEEDED):
                return rows[at + 1 :], columns
    wanted = "Buchungstag or Date, Betrag or Amount, Verwendungszweck or Purpose"
    raise _broken(f"No heading was found in the first {HEADING_WITHIN} lines: {wanted}.")


def _rows(text: str, separator: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[Row] = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((before + 1, cells))
            before = reader.line_num
            if len(rows) > MOST_ROWS:
                raise _broken(f"The file has more than {MOST_ROWS} lines: take a shorter time.")
    except csv.Error as error:
        raise _broken(f"Line {reader.line_num}: this is no CSV ({error}).") from None
    return rows


def _columns(cells: list[str]) -> Columns:
    titles = [tidy(cell.split("(")[0]) for cell in cells]
    lower = [title.lower().replace(" / ", "/") for title in titles]
    return {
        what: next((at, titles[at]) for at, title in enumerate(lower) if title in known)
        for what, known in HEADINGS.items()
        if any(title in known for title in lower)
    }


@dataclass(frozen=True)
class _Cells:
    """One row of the file, and where its faults are told."""

    row: int
    cells: list[str]
    columns: Columns
    faults: list[FieldError]

    def text(self, what: str) -> str:
        at = self.columns[what][0] if what in self.columns else len(self.cells)
        return tidy(self.cells[at]) if at < len(self.cells) else ""

    def fault(self, what: str, message: str) -> None:
        self.faults.append(FieldError("file", f"Line {self.row}, {self.columns[what][1]}: {message}"))


def _read(cells: _Cells) -> BankLine | None:
    """A line with its amount as booked, below zero when it went out; None when it is at fault."""
    if cells.text("currency").upper() not in ("", "EUR", "€"):
        cells.fault("currency", f"only EUR is recorded here, not {cells.text('currency')[:20]}.")
    day, cents = read_day(cells.text("day")), read_amount(cells.text("amount"))
    if day is None:
        cells.fault("day", f"“{cells.text('day')[:40]}” is no day, as in 25.11.2026 or 2026-11-25.")
    if cents is None:
        cells.fault("amount", f"“{cells.text('amount')[:40]}” is no amount, as in 1.234,50 or 1,234.50.")
    if day is None or cents is None:
        return None
    is_out = cells.text("direction").lower() in OUTGOING
    return BankLine(
        row=cells.row,
        day=day,
        amount_cents=-abs(cents) if is_out else cents,
        purpose=cells.text("purpose"),
        name=cells.text("name"),
    )


def _with_keys(lines: list[BankLine]) -> Iterator[BankLine]:
    """The third of three equal transfers of a day is the third in every file that holds that day."""
    seen: Counter[str] = Counter()
    for line in lines:
        content = "\n".join((line.day.isoformat(), str(line.amount_cents), line.purpose, line.name))
        seen[content] += 1
        yield replace(line, key=hashlib.sha256(f"{seen[content]}\n{content}".encode()).hexdigest()[:40])


def _broken(message: str) -> Invalid:
    return Invalid(errors=[FieldError("file", message)])
