"""Every order against the shop's own ledgers.

What does not fit at first is looked at once more, fresh from the writer: a reader may lag, and work goes on meanwhile.
"""

from collections.abc import Sequence

from shared.audit.gaps import Report
from shared.audit.orders import KINDS as KINDS
from shared.audit.orders import count, gaps_of
from shared.audit.reading import read_dossiers
from shared.queries.audit.packed import ids_after, moment
from workers.audit.desk import PAGE, Desk, page


async def check(desk: Desk, report: Report) -> None:
    after, suspects, capture = 0, list[int](), desk.settings.payment_capture
    while True:
        async with page():
            async with moment(desk.database) as connection:
                ids = await ids_after(connection, "orders", after, PAGE)
                dossiers = await read_dossiers(connection, ids) if ids else []
            if not ids:
                break
            count(report, dossiers)
            suspects += [order.id for order in dossiers if any(gaps_of(order, capture))]
            after = ids[-1]
    await _look_again(desk, report, suspects)


async def _look_again(desk: Desk, report: Report, suspects: Sequence[int]) -> None:
    for start in range(0, len(suspects), PAGE):
        async with page(), moment(desk.database, fresh=True) as connection:
            again = await read_dossiers(connection, suspects[start : start + PAGE])
        for order in again:
            report.gaps += gaps_of(order, desk.settings.payment_capture)
