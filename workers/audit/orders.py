"""Every order against the shop's own ledgers: steps and outbox, papers, money, pieces, statuses.

What does not fit at first is looked at once more, fresh from the writer: a reader may lag, and work goes on meanwhile.
"""

from collections.abc import Iterator, Sequence

from shared.queries.audit.packed import ids_after, moment
from workers.audit import money, papers, pipeline, statuses
from workers.audit.desk import PAGE, Desk, page
from workers.audit.dossier import Dossier
from workers.audit.gaps import Gap, Report
from workers.audit.reading import read_dossiers

KINDS = frozenset(
    {
        *("step_missing", "outbox_missing", "outbox_unsent", "step_dead", "step_overdue"),
        *("invoice_missing", "receipt_missing", "credit_note_missing", "mail_missing", "document_unexplained"),
        *("authorization_missing", "authorized_twice", "authorization_differs", "captured_differs"),
        *("closed_order_charged", "authorization_left", "refund_differs"),
        *("status_not_derived", "total_differs", "pieces_differ"),
    }
)


async def check(desk: Desk, report: Report) -> None:
    after, suspects = 0, list[int]()
    while True:
        async with page():
            async with moment(desk.database) as connection:
                ids = await ids_after(connection, "orders", after, PAGE)
                dossiers = await read_dossiers(connection, ids) if ids else []
            if not ids:
                break
            _count(report, dossiers)
            suspects += [order.id for order in dossiers if any(_gaps_of(desk, order))]
            after = ids[-1]
    await _look_again(desk, report, suspects)


async def _look_again(desk: Desk, report: Report, suspects: Sequence[int]) -> None:
    for start in range(0, len(suspects), PAGE):
        async with page(), moment(desk.database, fresh=True) as connection:
            again = await read_dossiers(connection, suspects[start : start + PAGE])
        for order in again:
            report.gaps += _gaps_of(desk, order)


def _gaps_of(desk: Desk, order: Dossier) -> Iterator[Gap]:
    yield from pipeline.gaps_of(order)
    yield from papers.gaps_of(order)
    yield from money.gaps_of(order, desk.settings.payment_capture)
    yield from statuses.gaps_of(order)


def _count(report: Report, dossiers: Sequence[Dossier]) -> None:
    report.checked["orders"] += len(dossiers)
    for order in dossiers:
        report.checked["steps"] += len(order.steps)
        report.checked["payments"] += len(order.payments)
        report.checked["documents"] += len(order.papers)
        report.checked["invoiced"] += order.is_invoiced
        report.checked["credits"] += len(order.credits)
