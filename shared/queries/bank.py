"""What a bank's transfers are held against: the orders they name, and the transfers that are known already."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.db import Connection
from shared.queries.sql import in_list

LOT = 500  # values of one IN list


@dataclass(frozen=True, kw_only=True)
class Payable:
    """An order and its money in cents; method: invoice or card."""

    number: str
    method: str
    due_cents: int
    paid_cents: int
    refunded_cents: int

    @property
    def open_cents(self) -> int:
        return max(0, self.due_cents - self.paid_cents + self.refunded_cents)


async def payable_orders(connection: Connection, numbers: Sequence[str]) -> dict[str, Payable]:
    """Those of the orders that exist, by number; the others are left out, and load runs', which no bank knows."""
    found: dict[str, Payable] = {}
    for start in range(0, len(numbers), LOT):
        lot = numbers[start : start + LOT]
        rows = await connection.rows(
            "SELECT o.number, o.payment_method AS method, o.due_cents, SUM(p.captured_cents) AS paid_cents, "
            "SUM(p.refunded_cents) AS refunded_cents FROM orders o JOIN payments p ON p.order_id = o.id "
            f"WHERE o.number IN ({in_list(lot)}) AND o.test_run IS NULL "
            "GROUP BY o.id, o.number, o.payment_method, o.due_cents LIMIT %s",
            (*lot, LOT),
        )
        found |= {row["number"]: _payable(**row) for row in rows}
    return found


async def known_transfers(connection: Connection, external_ids: Sequence[str]) -> set[str]:
    """Those of the transfers that were recorded before."""
    found: set[str] = set()
    for start in range(0, len(external_ids), LOT):
        lot = external_ids[start : start + LOT]
        rows = await connection.rows(
            "SELECT external_id FROM payment_events "
            f"WHERE source = 'bank' AND external_id IN ({in_list(lot)}) LIMIT %s",
            (*lot, LOT),
        )
        found |= {row["external_id"] for row in rows}
    return found


def _payable(number: str, method: str, **cents: int) -> Payable:
    return Payable(number=number, method=method, **{name: int(value) for name, value in cents.items()})
