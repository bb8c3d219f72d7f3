"""Load runs by their own rules: the range T, and what each sold from its pool."""

from shared.audit.gaps import Report
from shared.audit.runs import KINDS as KINDS
from shared.audit.runs import number_gaps, pool_gaps
from shared.queries.audit.packed import moment
from shared.queries.audit.run_rows import how_many_numbers
from workers.audit.desk import Desk, page


async def check(desk: Desk, report: Report) -> None:
    async with page(), moment(desk.database, fresh=True) as connection:
        report.checked["test_run_numbers"] += await how_many_numbers(connection)
        report.gaps += await number_gaps(connection)
        report.gaps += await pool_gaps(connection)
