"""The stock of each variant is the sum of its ledger."""

from shared.audit.gaps import Gap, Report
from shared.queries.audit.packed import ids_after, moment
from shared.queries.audit.stock_rows import stock_unlike_its_moves
from workers.audit.desk import Desk, page

KINDS = frozenset({"stock_differs"})
PAGE = 50  # variants at once: each may have thousands of moves


async def check(desk: Desk, report: Report) -> None:
    after = 0
    while True:
        async with page(), moment(desk.database) as connection:
            ids = await ids_after(connection, "variants", after, PAGE)
            if not ids:
                return
            differing = await stock_unlike_its_moves(connection, ids)
        report.checked["stock"] += len(ids)
        report.gaps += [
            Gap("stock_differs", row["sku"], f"{row['sku']}: {row['stock']} in stock, {row['moved']} by the ledger")
            for row in differing
        ]
        after = ids[-1]
