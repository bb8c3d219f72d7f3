"""Lines whose pieces the other ledgers do not explain: only those, as there should be none."""

from collections.abc import Sequence

from shared.db import Reads, Row
from shared.queries.audit.packed import id_list

UNMOVED = """
SELECT l.order_id, l.sku, l.quantity, m.delta FROM order_lines l FORCE INDEX (PRIMARY)
STRAIGHT_JOIN orders o ON o.id = l.order_id
LEFT JOIN stock_moves m FORCE INDEX (once) ON m.sku = l.sku AND m.reason = 'order' AND m.ref = o.number
WHERE l.order_id IN ({ids}) AND (m.delta IS NULL OR m.delta <> -CAST(l.quantity AS SIGNED))
"""
UNSHIPPED = """
SELECT l.order_id, l.sku, l.shipped, l.delivered, COALESCE(sent.shipped, 0) AS sent,
  COALESCE(sent.delivered, 0) AS arrived
FROM order_lines l FORCE INDEX (PRIMARY) LEFT JOIN (
  SELECT s.order_id, p.sku, SUM(p.quantity) AS shipped, SUM(IF(s.delivered_at IS NULL, 0, p.quantity)) AS delivered
  FROM shipments s FORCE INDEX (by_order)
  STRAIGHT_JOIN shipment_lines p ON p.shipment_id = s.id WHERE s.order_id IN ({ids}) GROUP BY s.order_id, p.sku
) AS sent ON sent.order_id = l.order_id AND sent.sku = l.sku
WHERE l.order_id IN ({ids}) AND (l.shipped <> COALESCE(sent.shipped, 0) OR l.delivered <> COALESCE(sent.delivered, 0))
"""
UNRETURNED = """
SELECT l.order_id, l.sku, l.returned, COALESCE(back.received, 0) AS received
FROM order_lines l FORCE INDEX (PRIMARY) LEFT JOIN (
  SELECT r.order_id, p.sku, SUM(p.received) AS received
  FROM returns r FORCE INDEX (by_order)
  STRAIGHT_JOIN return_lines p ON p.return_id = r.id WHERE r.order_id IN ({ids}) GROUP BY r.order_id, p.sku
) AS back ON back.order_id = l.order_id AND back.sku = l.sku
WHERE l.order_id IN ({ids}) AND l.returned <> COALESCE(back.received, 0)
"""


async def lines_without_their_move(connection: Reads, ids: Sequence[int]) -> list[Row]:
    """order_id, sku, quantity, delta (None: no move at all)."""
    return await connection.rows(UNMOVED.format(ids=id_list(ids)))


async def lines_unlike_their_parcels(connection: Reads, ids: Sequence[int]) -> list[Row]:
    """order_id, sku, shipped and delivered of the line, sent and arrived by the parcels."""
    return await connection.rows(UNSHIPPED.format(ids=id_list(ids)))


async def lines_unlike_their_returns(connection: Reads, ids: Sequence[int]) -> list[Row]:
    """order_id, sku, returned of the line, received by the returns."""
    return await connection.rows(UNRETURNED.format(ids=id_list(ids)))
