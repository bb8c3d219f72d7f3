"""Every gap of an order in the shop's own ledgers: steps and outbox, papers, money, pieces, statuses."""

from collections.abc import Iterator, Sequence

from shared.audit import money, papers, pipeline, statuses
from shared.audit.dossier import Dossier
from shared.audit.gaps import Gap, Report

KINDS = frozenset(
    {
        *("step_missing", "outbox_missing", "outbox_unsent", "step_dead", "step_overdue"),
        *("invoice_missing", "receipt_missing", "credit_note_missing", "mail_missing", "document_unexplained"),
        *("authorization_missing", "authorized_twice", "authorization_differs", "captured_differs"),
        *("closed_order_charged", "authorization_left", "refund_differs"),
        *("status_not_derived", "total_differs", "pieces_differ"),
    }
)


def gaps_of(order: Dossier, payment_capture: str) -> Iterator[Gap]:
    """payment_capture: when money is taken, as the setting says."""
    yield from pipeline.gaps_of(order)
    yield from papers.gaps_of(order)
    yield from money.gaps_of(order, payment_capture)
    yield from statuses.gaps_of(order)


def count(report: Report, dossiers: Sequence[Dossier]) -> None:
    """Note how much was compared."""
    report.checked["orders"] += len(dossiers)
    for order in dossiers:
        report.checked["steps"] += len(order.steps)
        report.checked["payments"] += len(order.payments)
        report.checked["documents"] += len(order.papers)
        report.checked["invoiced"] += order.is_invoiced
        report.checked["credits"] += len(order.credits)
