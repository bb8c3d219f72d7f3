"""What the auditor tells: gaps between two ledgers, and how much was compared."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

DETAIL_LENGTH, SUBJECT_LENGTH = 300, 80  # as the worklist's columns are


@dataclass(frozen=True)
class Gap:
    """Two ledgers that differ.

    Attributes:
        subject: what it is about, so that the same gap is known again: an order's number, a SKU, a document …
        order: the order's number where there is one.
    """

    kind: str
    subject: str
    detail: str
    order: str | None = None


class Unreadable(Exception):
    """A ledger did not answer, so nobody knows whether it is right."""


@dataclass
class Report:
    """What was compared, how often, and what did not fit.

    Attributes:
        unreadable: sentences on the ledgers that could not be read; the kinds of their gaps were not looked for.
    """

    checked: Counter[str] = field(default_factory=Counter)
    gaps: list[Gap] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def joined(reports: Iterable[Report]) -> Report:
    """One report of several, in their order."""
    whole = Report()
    for report in reports:
        whole.checked += report.checked
        whole.gaps += report.gaps
        whole.unreadable += report.unreadable
    return whole
