"""A page of orders, and what each consists of: one packed row an order."""

from collections.abc import Sequence

from shared.db import Reads
from shared.queries.audit.packed import Source, id_list, packed

ORDER = (
    *("id", "number", "order_status", "payment_status", "fulfillment_status", "return_status", "payment_method"),
    *("subtotal_cents", "shipping_cents", "total_cents", "due_cents", "vat"),
    *("canceled_at IS NOT NULL", "expired_at IS NOT NULL", "completed_at IS NOT NULL"),
    *("hold_reason IS NOT NULL", "attention IS NOT NULL"),
)
LINES = (
    *("order_id", "gross_cents", "quantity", "canceled", "packed", "shipped", "delivered", "returned"),
    "crossed",
)
LINE_SUMS = """
SELECT order_id, SUM(quantity * unit_price_cents) AS gross_cents, SUM(quantity) AS quantity,
  SUM(canceled) AS canceled, SUM(packed) AS packed, SUM(shipped) AS shipped, SUM(delivered) AS delivered,
  SUM(returned) AS returned,
  SUM(quantity = 0 OR canceled + packed > quantity OR shipped > packed OR delivered > shipped OR returned > shipped)
    AS crossed
FROM order_lines FORCE INDEX (PRIMARY) WHERE order_id IN ({ids}) GROUP BY order_id
"""
RETURN_SUMS = """
SELECT r.id, r.order_id, r.canceled_at IS NOT NULL AS canceled, COALESCE(SUM(l.quantity), 0) AS requested,
  COALESCE(SUM(l.received), 0) AS received
FROM returns r FORCE INDEX (by_order) LEFT JOIN return_lines l ON l.return_id = r.id
WHERE r.order_id IN ({ids}) GROUP BY r.id, r.order_id, canceled
"""


async def order_rows(connection: Reads, ids: Sequence[int]) -> list[list[str]]:
    """ORDER's columns of each order."""
    return await packed(connection, ORDER, Source(f"orders FORCE INDEX (PRIMARY) WHERE id IN ({id_list(ids)})"))


async def line_sums(connection: Reads, ids: Sequence[int]) -> list[list[str]]:
    """LINES of each order; crossed: lines whose quantities cannot be (more shipped than packed …)."""
    sums = LINE_SUMS.format(ids=id_list(ids))
    return await packed(connection, LINES, Source(f"({sums}) AS sums"))


async def return_sums(connection: Reads, ids: Sequence[int]) -> list[list[str]]:
    """order_id, canceled (0, 1), requested and received pieces of each return."""
    sums = RETURN_SUMS.format(ids=id_list(ids))
    columns = ("order_id", "canceled", "requested", "received")
    return await packed(connection, columns, Source(f"({sums}) AS sums"))
