"""The audit of one load run, as `./shop audit` does it, of the run's orders alone and without foreign ledgers."""

import asyncio

from shared.audit.gaps import Report
from shared.audit.orders import count, gaps_of
from shared.audit.reading import read_dossiers
from shared.audit.runs import pool_gaps, real_number_gaps
from shared.db import Database
from shared.queries.audit.packed import moment
from shared.queries.run_orders import run_order_ids

PAGE = 100  # orders at once, so that the storefront's loop is never held for long


async def audit_run(database: Database, run: str, payment_capture: str) -> Report:
    """payment_capture: when money is taken, as the setting says."""
    report, after = Report(), 0
    while True:
        async with moment(database, fresh=True) as connection:
            ids = await run_order_ids(connection, run, after, PAGE)
            dossiers = await read_dossiers(connection, ids) if ids else []
        if not ids:
            break
        count(report, dossiers)
        for order in dossiers:
            report.gaps += gaps_of(order, payment_capture)
            await asyncio.sleep(0)
        after = ids[-1]
    async with moment(database, fresh=True) as connection:
        report.gaps += await real_number_gaps(connection, run)
        report.gaps += await pool_gaps(connection, run)
    return report
