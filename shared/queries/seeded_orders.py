"""Writing many whole orders at once: the orders and their lines are given, all that belongs to them is derived from
those rows by the server itself. A batch is what shares a cart_id."""

from collections.abc import Sequence

from shared.db import Connection, Row
from shared.queries.sql import in_list

ORDERS = (
    *("number", "cart_id", "checkout_key", "cart_revision", "request_sha", "request_id", "email", "email_norm"),
    *("order_status", "payment_status", "fulfillment_status", "return_status", "payment_method", "shipping_method"),
    *("currency", "subtotal_cents", "shipping_cents", "total_cents", "due_cents", "vat", "placed_at"),
    *("expires_at", "canceled_at", "expired_at", "completed_at", "delivered_at"),
)
LINES = (
    *("order_id", "sku", "position", "slug", "name", "colour", "size", "picture", "unit_price_cents", "vat_bp"),
    *("quantity", "packed", "shipped", "delivered", "canceled", "returned"),
)
CREDITS = (
    *("order_id", "kind", "reason", "who", "credit_cents", "payout_cents", "paid_out_cents", "contents"),
    *("created_at", "done_at"),
)
IN_BATCH = "FROM orders o WHERE o.cart_id = %s"
ADDRESSES = f"""
INSERT INTO order_addresses (order_id, kind, name, line1, line2, city, postcode, country)
SELECT o.id, 'shipping', 'Robin Sample', CONCAT('Musterstraße ', 1 + o.id MOD 90), '', 'Berlin', '10969', 'DE'
{IN_BATCH}
"""
PAYMENTS = """
INSERT INTO payments (order_id, attempt, method, token, provider_ref, authorized_cents, captured_cents, refunded_cents,
  created_at, failed_at, failure)
SELECT o.id, 1, o.payment_method,
  CASE WHEN o.payment_method <> 'card' THEN NULL WHEN o.expired_at IS NULL THEN 'tok_success' ELSE 'tok_decline' END,
  IF(o.payment_method = 'card' AND o.expired_at IS NULL, CONCAT('auth_', LEFT(SHA2(o.number, 256), 24)), NULL),
  IF(o.payment_method = 'card' AND o.expired_at IS NULL, o.total_cents, 0),
  IF(o.payment_method = 'card' AND o.expired_at IS NULL OR o.completed_at IS NOT NULL, o.total_cents, 0),
  COALESCE((SELECT SUM(r.paid_out_cents) FROM refunds r WHERE r.order_id = o.id), 0),
  o.placed_at, IF(o.expired_at IS NULL, NULL, o.placed_at), IF(o.expired_at IS NULL, NULL, 'card_declined')
FROM orders o WHERE o.cart_id = %s
"""
PARCELS = f"""
INSERT INTO shipments (order_id, carrier, tracking, shipped_at, delivered_at)
SELECT o.id, 'DHL', CONCAT('00340434', LPAD(o.id, 12, '0')), o.placed_at + INTERVAL 2 DAY, o.delivered_at
{IN_BATCH} AND o.fulfillment_status IN ('shipped', 'delivered')
"""
PARCEL_LINES = """
INSERT INTO shipment_lines (shipment_id, sku, quantity)
SELECT p.id, l.sku, l.shipped FROM orders o STRAIGHT_JOIN shipments p ON p.order_id = o.id
STRAIGHT_JOIN order_lines l ON l.order_id = o.id WHERE o.cart_id = %s
"""
RETURNS = f"""
INSERT INTO returns (order_id, kind, reason, requested_at, received_at)
SELECT o.id, 'return', 'too_small', o.delivered_at + INTERVAL 1 DAY, o.delivered_at + INTERVAL 4 DAY
{IN_BATCH} AND o.return_status = 'received'
"""
RETURN_LINES = """
INSERT INTO return_lines (return_id, sku, quantity, received)
SELECT r.id, l.sku, l.returned, l.returned FROM orders o STRAIGHT_JOIN returns r ON r.order_id = o.id
STRAIGHT_JOIN order_lines l ON l.order_id = o.id WHERE o.cart_id = %s AND l.returned > 0
"""
MOVES_OUT = """
INSERT INTO stock_moves (sku, reason, ref, delta, at)
SELECT l.sku, 'order', o.number, -CAST(l.quantity AS SIGNED), o.placed_at
FROM orders o STRAIGHT_JOIN order_lines l ON l.order_id = o.id WHERE o.cart_id = %s
"""
MOVES_BACK = """
INSERT INTO stock_moves (sku, reason, ref, delta, at)
SELECT l.sku, IF(o.expired_at IS NOT NULL, 'expired', r.kind),
  IF(o.expired_at IS NOT NULL, o.number, CONCAT(o.number, ':', r.id)),
  IF(o.expired_at IS NOT NULL, l.quantity, l.canceled + l.returned), UTC_TIMESTAMP(6)
FROM orders o STRAIGHT_JOIN order_lines l ON l.order_id = o.id LEFT JOIN refunds r ON r.order_id = o.id
WHERE o.cart_id = %s AND (o.expired_at IS NOT NULL OR l.canceled + l.returned > 0)
"""
# The pieces were never on a shelf: as many come in as these orders kept, so that no shopper finds less than before.
MOVES_IN = """
INSERT INTO stock_moves (sku, reason, ref, delta, at)
SELECT l.sku, 'seed', o.cart_id, SUM(CAST(l.quantity AS SIGNED) - l.canceled - l.returned), MIN(o.placed_at)
FROM orders o STRAIGHT_JOIN order_lines l ON l.order_id = o.id
WHERE o.cart_id = %s AND o.expired_at IS NULL GROUP BY l.sku, o.cart_id
HAVING SUM(CAST(l.quantity AS SIGNED) - l.canceled - l.returned) > 0
"""
DERIVED = (
    *(ADDRESSES, PAYMENTS, PARCELS, PARCEL_LINES, RETURNS, RETURN_LINES),
    *(MOVES_OUT, MOVES_BACK, MOVES_IN),
)


async def variants_on_sale(connection: Connection, limit: int) -> list[Row]:
    """sku, slug, name, colour, size, picture, unit_price_cents, vat_bp of variants that can be bought."""
    return await connection.rows(
        "SELECT v.sku, s.slug, s.name, v.colour, v.size, v.picture, v.price_cents AS unit_price_cents, s.vat_bp "
        "FROM variants v JOIN styles s ON s.id = v.style_id "
        "WHERE v.withdrawn_at IS NULL AND s.withdrawn_at IS NULL AND v.price_cents > 0 ORDER BY v.id LIMIT %s",
        (limit,),
    )


async def numbers_in_use(connection: Connection, numbers: Sequence[str]) -> set[str]:
    rows = await connection.rows(f"SELECT number FROM orders WHERE number IN ({in_list(numbers)})", numbers)
    return {row["number"] for row in rows}


async def insert_orders(connection: Connection, batch: str, rows: Sequence[Sequence[object]]) -> list[int]:
    """Insert orders (ORDERS' columns) and return their ids in the order of the rows."""
    await _insert(connection, "orders", ORDERS, rows)
    found = await connection.rows("SELECT id FROM orders WHERE cart_id = %s ORDER BY cart_revision", (batch,))
    return [row["id"] for row in found]


async def insert_lines(connection: Connection, rows: Sequence[Sequence[object]]) -> None:
    await _insert(connection, "order_lines", LINES, rows)


async def insert_credits(connection: Connection, rows: Sequence[Sequence[object]]) -> None:
    await _insert(connection, "refunds", CREDITS, rows)


async def derive(connection: Connection, batch: str) -> None:
    """Addresses, payments, parcels, returns and stock moves of a batch."""
    for statement in DERIVED:
        await connection.execute(statement, (batch,))


async def _insert(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    places = ", ".join(["%s"] * len(columns))
    await connection.many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)
