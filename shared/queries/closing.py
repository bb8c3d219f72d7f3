"""Orders whose time has come: to expire unpaid, or to be reminded of."""

from collections.abc import Sequence

from shared.db import Connection


async def unpaid_and_late(connection: Connection, after_id: int, limit: int) -> list[int]:
    """Ids of card orders past their time that are still pending, by id; the caller looks again under their lock."""
    rows = await connection.rows(
        "SELECT id FROM orders WHERE order_status = 'pending' AND expires_at <= UTC_TIMESTAMP(6) AND id > %s "
        "ORDER BY id LIMIT %s",
        (after_id, limit),
    )
    return [int(row["id"]) for row in rows]


async def is_payment_running(connection: Connection, order_id: int) -> bool:
    """Whether a worker is asking the provider about this order just now."""
    return bool(
        await connection.row(
            "SELECT id FROM steps WHERE order_id = %s AND step = 'payment' AND state = 'running' "
            "AND lease_until > UTC_TIMESTAMP(6)",
            (order_id,),
        )
    )


async def is_expired_by_now(connection: Connection, order_id: int) -> bool:
    return bool(
        await connection.row("SELECT id FROM orders WHERE id = %s AND expires_at <= UTC_TIMESTAMP(6)", (order_id,))
    )


async def owing_since(connection: Connection, days: Sequence[int], after_id: int, limit: int) -> list[tuple[int, int]]:
    """Invoice orders that are not paid, with the highest reminder that is due and was not written.

    Args:
        days: how many days after placing the first, second … reminder goes out.
    Returns:
        (order id, reminder from 1), by id.
    """
    level = " + ".join(["(placed_at <= UTC_TIMESTAMP(6) - INTERVAL %s DAY)"] * len(days))
    rows = await connection.rows(
        f"SELECT id, {level} AS level FROM orders o WHERE payment_method = 'invoice' AND payment_status IN "
        "('pending', 'partially_paid') AND order_status IN ('processing', 'on_hold') AND id > %s "
        "AND placed_at <= UTC_TIMESTAMP(6) - INTERVAL %s DAY "
        "AND EXISTS (SELECT 1 FROM steps i WHERE i.order_id = o.id AND i.step = 'invoice' AND i.state = 'done') "
        f"AND NOT EXISTS (SELECT 1 FROM steps r WHERE r.order_id = o.id AND r.step = 'mail_reminder' "
        f"AND r.ref >= {level}) ORDER BY id LIMIT %s",
        (*days, after_id, min(days), *days, limit),
    )
    return [(int(row["id"]), int(row["level"])) for row in rows]
