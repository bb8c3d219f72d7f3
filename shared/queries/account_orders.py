"""The orders of an account. The owner stands in every question, so somebody else's order is none."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection, Reads, utc

MOST = 200  # orders that an account is shown


@dataclass(frozen=True, kw_only=True)
class AccountOrder:
    """An order in the list of its account."""

    number: str
    placed_at: datetime
    order_status: str
    payment_status: str
    fulfillment_status: str
    return_status: str
    total_cents: int


async def has_guest_orders(connection: Reads, user_id: int, email_norm: str) -> bool:
    """Whether there is anything to attach."""
    row = await connection.row(
        "SELECT 1 FROM orders o JOIN users u ON u.id = %s "
        "WHERE o.email_norm = %s AND o.user_id IS NULL AND o.test_run <=> u.test_run LIMIT 1",
        (user_id, email_norm),
    )
    return row is not None


async def attach_orders(connection: Connection, user_id: int, email_norm: str) -> int:
    """Give an account what was ordered as a guest with its proven address, in the same load run or in none.

    Returns how many orders.
    """
    return await connection.execute(
        "UPDATE orders o JOIN users u ON u.id = %s SET o.user_id = u.id "
        "WHERE o.email_norm = %s AND o.user_id IS NULL AND o.test_run <=> u.test_run",
        (user_id, email_norm),
    )


async def is_order_of(connection: Connection, number: str, user_id: int) -> bool:
    row = await connection.row("SELECT 1 FROM orders WHERE number = %s AND user_id = %s", (number, user_id))
    return row is not None


async def orders_of_user(connection: Reads, user_id: int) -> list[AccountOrder]:
    """Newest first."""
    rows = await connection.rows(
        "SELECT number, placed_at, order_status, payment_status, fulfillment_status, return_status, total_cents "
        "FROM orders WHERE user_id = %s ORDER BY placed_at DESC, id DESC LIMIT %s",
        (user_id, MOST),
    )
    return [AccountOrder(**row | {"placed_at": utc(row["placed_at"])}) for row in rows]
