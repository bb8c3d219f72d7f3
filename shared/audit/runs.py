"""The gaps of load runs, whose documents and pools have rules of their own."""

from shared.audit.gaps import Gap
from shared.db import Reads, Row
from shared.queries.audit.run_rows import (
    numbers_never_given,
    numbers_of_no_run,
    pools_unlike_their_moves,
    real_numbers_of_runs,
)

KINDS = frozenset({"run_number_misplaced", "run_number_unknown", "run_pool_differs"})


async def number_gaps(connection: Reads) -> list[Gap]:
    """A number T… stands on load runs' documents alone, and its range gave it out; holes are what was purged."""
    strays = [_misplaced(row) for row in await numbers_of_no_run(connection)]
    unknown = [
        Gap("run_number_unknown", number, f"{number} is not a number that its range has given out")
        for number in await numbers_never_given(connection)
    ]
    return strays + unknown + await real_number_gaps(connection)


async def real_number_gaps(connection: Reads, run: str | None = None) -> list[Gap]:
    """Documents of load runs, of one or of all, that took a number from a gapless range."""
    return [_misplaced(row) for row in await real_numbers_of_runs(connection, run)]


def _misplaced(row: Row) -> Gap:
    detail = f"{row['number']}: T is for load runs, and for them alone"
    return Gap("run_number_misplaced", row["number"], detail, row["order_number"])


async def pool_gaps(connection: Reads, run: str | None = None) -> list[Gap]:
    """What a run sold is what its orders took; of one run or of all."""
    return [
        Gap(
            "run_pool_differs",
            f"{row['run']}/{row['sku']}"[:80],
            f"{row['run']}, {row['sku']}: {row['sold']} sold, {row['moved']} by the ledger",
        )
        for row in await pools_unlike_their_moves(connection, run)
    ]
