"""How many orders each view of the back office's list has, and what makes an order need a person."""

from dataclasses import dataclass

from shared.db import Reads

COUNT_CAP = 1001  # counts stop here and are shown as "1,000+"
# What makes an order need a person; few do, and each of these finds them by an index, whatever else there is.
CAUSES = (
    "orders o WHERE o.order_status = 'on_hold'",
    "orders o WHERE o.payment_status = 'failed'",
    "orders o WHERE o.attention IS NOT NULL",
    "steps d STRAIGHT_JOIN orders o ON o.id = d.order_id WHERE d.state = 'dead' AND d.done_at IS NULL",
)
REAL = "COALESCE(o.test_run, '') = ''"  # written so that no index is read for it: almost all orders are
OF_RUNS = "o.test_run IS NOT NULL"


@dataclass(frozen=True, kw_only=True)
class DeskCounts:
    """Each stops at COUNT_CAP."""

    all: int
    needs_person: int
    test_runs: int


async def desk_counts(connection: Reads) -> DeskCounts:
    """One round trip for all of them."""
    needing_person = " UNION ".join(f"SELECT o.id FROM {cause} AND {REAL}" for cause in CAUSES)
    questions = {
        "all": "SELECT 1 FROM orders o WHERE o.test_run IS NULL",
        "needs_person": f"SELECT 1 FROM ({needing_person}) n",
        "test_runs": f"SELECT 1 FROM orders o WHERE {OF_RUNS}",
    }
    counts = [f"(SELECT COUNT(*) FROM ({sql} LIMIT {COUNT_CAP}) c) AS `{name}`" for name, sql in questions.items()]
    row = await connection.row(f"SELECT {', '.join(counts)}")
    assert row is not None
    return DeskCounts(**row)
