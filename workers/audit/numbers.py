"""Invoices and credit notes are numbered without a gap, up to what their range has given out."""

from collections.abc import Iterator

from shared.audit.gaps import Gap, Report
from shared.domain.numbers import NumberRange, document_number
from shared.queries.audit.number_rows import last_number, numbers_after
from shared.queries.audit.packed import moment
from workers.audit.desk import Desk, Marks, page

KINDS = frozenset({"number_missing", "number_unknown"})
RANGES: tuple[NumberRange, ...] = ("invoice", "credit_note")
PAGE = 5000


async def check(desk: Desk, report: Report) -> None:
    for kind in RANGES:
        async with desk.database.reader() as connection:
            last = await last_number(connection, kind)
        marks, odd = await _read(desk, report, kind)
        async with desk.database.writer() as connection:
            last_now = await last_number(connection, kind)
        report.gaps += [_missing(kind, first, until) for first, until in _holes(marks, last)]
        report.gaps += [_unknown(number) for number, n in odd if n is None or n > last_now]


async def _read(desk: Desk, report: Report, kind: NumberRange) -> tuple[Marks, list[tuple[str, int | None]]]:
    """The numbers that are there, and those that are no number of this range or the highest so far."""
    marks, odd, highest, after = Marks(), list[tuple[str, int | None]](), 0, ""
    letter = document_number(kind, 1)[0]
    while True:
        async with page(), moment(desk.database) as connection:
            numbers = await numbers_after(connection, letter, after, PAGE)
        if not numbers:
            return marks, [*odd, *([(document_number(kind, highest), highest)] if highest else [])]
        report.checked[f"{kind}_numbers"] += len(numbers)
        for number in numbers:
            n = _read_number(kind, number)
            if n is None:
                odd.append((number, None))
            else:
                marks.add(n)
                highest = max(highest, n)
        after = numbers[-1]


def _read_number(kind: NumberRange, number: str) -> int | None:
    digits = number[1:]
    n = int(digits) if digits.isdigit() else 0
    return n if n and number == document_number(kind, n) else None


def _holes(marks: Marks, last: int) -> Iterator[tuple[int, int]]:
    """First and last number of each run that is missing."""
    first = 0
    for n in range(1, last + 2):
        is_missing = n <= last and n not in marks
        if is_missing and not first:
            first = n
        elif first and not is_missing:
            yield first, n - 1
            first = 0


def _missing(kind: NumberRange, first: int, until: int) -> Gap:
    name = document_number(kind, first)
    run = name if first == until else f"{name} to {document_number(kind, until)}"
    return Gap("number_missing", name, f"{run}: given out, but no document bears it")


def _unknown(number: str) -> Gap:
    return Gap("number_unknown", number, f"{number} is not a number that its range has given out")
