"""A bank's list of booked transfers as CSV: pure, and strict where a guess could cost money.

The heading may follow some lines about the account. Amounts need a sign for cents, so that "1.234" is never guessed.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from shared.domain.bank_fields import read_amount, read_day, tidy
from shared.domain.bank_table import Columns, read_table, read_text
from shared.errors import FieldError, Invalid

MOST_FAULTS = 10  # told at once: a file of the wrong kind has thousands
OUTGOING = frozenset({"s", "soll", "d", "debit"})
PENDING = ("vorgemerkt", "pending")  # booked later, perhaps in other words: recorded now it would be recorded twice


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
    """What came in, and how many lines were left out: money that went out, and what is not booked yet."""

    lines: tuple[BankLine, ...]
    outgoing: int
    pending: int = 0


def read_bank_csv(content: bytes) -> BankFile:
    """Read a file in UTF-8 or Latin-1, with semicolons, commas or tabs, in German or English.

    Raises:
        Invalid: names each line and field that cannot be read; nothing of such a file is taken.
    """
    rows, columns = read_table(read_text(content))
    faults: list[FieldError] = []
    cells_of = [_Cells(row, cells, columns, faults) for row, cells in rows]
    found = [line for cells in cells_of if not cells.is_pending and (line := _read(cells))]
    if faults:
        raise Invalid(errors=faults[:MOST_FAULTS])
    incoming = [line for line in found if line.amount_cents > 0]
    return BankFile(
        lines=tuple(_with_keys(incoming)),
        outgoing=sum(line.amount_cents < 0 for line in found),
        pending=sum(cells.is_pending for cells in cells_of),
    )


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

    @property
    def is_pending(self) -> bool:
        return any(word in self.text("status").lower() for word in PENDING)

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
