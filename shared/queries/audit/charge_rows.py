"""Our side of the card provider's ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.db import Connection, Reads, Row
from shared.queries.audit.packed import Source, packed
from shared.queries.sql import in_list

CHARGE = (
    *("p.id", "p.provider_ref", "o.number", "o.currency", "p.authorized_cents", "p.captured_cents"),
    *("p.refunded_cents", "p.voided_at IS NOT NULL"),
)
MONEY_STEPS = "('payment', 'capture', 'void', 'refund')"


async def charge_rows(connection: Reads, refs: Sequence[str]) -> list[list[str]]:
    """CHARGE's columns of the payments that bear these references of the provider's."""
    source = (
        "payments p FORCE INDEX (provider_ref) STRAIGHT_JOIN orders o ON o.id = p.order_id "
        f"WHERE p.provider_ref IN ({in_list(refs)})"
    )
    return await packed(connection, CHARGE, Source(source, refs))


async def charged_payments_after(connection: Reads, after_id: int, limit: int, older_s: int) -> list[tuple[int, str]]:
    """Id and order number of the next payments that the provider must know, older than so many seconds."""
    page = (
        "(SELECT p.id, o.number FROM payments p STRAIGHT_JOIN orders o ON o.id = p.order_id WHERE p.id > %s "
        "AND p.provider_ref IS NOT NULL AND p.created_at < UTC_TIMESTAMP(6) - INTERVAL %s SECOND "
        "ORDER BY p.id LIMIT %s) AS page"
    )
    rows = await packed(connection, ["id", "number"], Source(page, (after_id, older_s, limit)))
    return sorted((int(row[0]), row[1]) for row in rows)


@dataclass(frozen=True)
class ChargedOrder:
    """An order as far as the provider is concerned, with its card payments.

    Attributes:
        is_moving: a step is under way that may change what the provider holds.
    """

    is_moving: bool
    payments: tuple[Row, ...]


async def charged_order(connection: Connection, number: str, older_s: int) -> ChargedOrder | None:
    """The order of this number, or None. A payment: provider_ref, authorized_cents, captured_cents, refunded_cents,
    voided, and is_old: it is older than so many seconds."""
    order = await connection.row(
        "SELECT id, EXISTS (SELECT 1 FROM steps s "
        f"WHERE s.order_id = orders.id AND s.step IN {MONEY_STEPS} AND s.state NOT IN ('done', 'dead')) AS is_moving "
        "FROM orders WHERE number = %s",
        (number,),
    )
    if order is None:
        return None
    payments = await connection.rows(
        "SELECT provider_ref, authorized_cents, captured_cents, refunded_cents, voided_at IS NOT NULL AS voided, "
        "created_at < UTC_TIMESTAMP(6) - INTERVAL %s SECOND AS is_old "
        "FROM payments WHERE order_id = %s AND method = 'card' ORDER BY attempt",
        (older_s, order["id"]),
    )
    return ChargedOrder(bool(order["is_moving"]), tuple(payments))
