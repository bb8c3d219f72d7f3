"""Orders as plainly as they can be written: the same rows as ours, nothing checked, nothing read."""

from collections.abc import Sequence

from shared.db import Connection, Database

PROCEDURE = "bench_place_orders"
AS_COLUMN = "VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin"  # else no index on SKUs is used
STOCK = "UPDATE variants SET stock = stock - 1 WHERE sku = {sku}"
ORDER = (
    "INSERT INTO orders (number, cart_id, checkout_key, cart_revision, request_sha, request_id, email, email_norm, "
    "order_status, payment_status, fulfillment_status, return_status, payment_method, shipping_method, currency, "
    "subtotal_cents, shipping_cents, total_cents, due_cents, vat, placed_at) "
    "VALUES ({number}, {cart}, 'key', 1, REPEAT('0', 64), '', 'jana@example.com', 'jana@example.com', "
    "'pending', 'pending', 'unfulfilled', 'none', 'invoice', 'standard', 'EUR', "
    "8970, 0, 8970, 8970, '[[1900,7538,1432]]', UTC_TIMESTAMP(6))"
)
LINES = (
    "INSERT INTO order_lines (order_id, sku, position, slug, name, colour, size, picture, unit_price_cents, vat_bp, "
    "quantity) VALUES {rows}"
)
LINE = "({order}, {sku}, {at}, 'wool-coat', 'Wool coat', 'navy', 'M', 'pictures/wool-coat-navy.svg', 2990, 1900, 1)"
MOVES = "INSERT INTO stock_moves (sku, reason, ref, delta, at) VALUES {rows}"
MOVE = "({sku}, 'order', {number}, -1, UTC_TIMESTAMP(6))"
REST = (
    (
        "INSERT INTO order_addresses (order_id, kind, name, line1, line2, city, postcode, country) "
        "VALUES ({order}, 'shipping', 'Jana Łukaszewicz', 'Prinzenstraße 84', '', 'Berlin', '10969', 'DE')"
    ),
    "INSERT INTO payments (order_id, attempt, method, created_at) VALUES ({order}, 1, 'invoice', UTC_TIMESTAMP(6))",
    "INSERT INTO events (order_id, at, what) VALUES ({order}, UTC_TIMESTAMP(6), 'order.placed')",
    (
        "INSERT INTO steps (order_id, step, ref, state, due_at, created_at) "
        "VALUES ({order}, 'payment', 0, 'queued', UTC_TIMESTAMP(6) + INTERVAL 2 SECOND, UTC_TIMESTAMP(6))"
    ),
    (
        "INSERT INTO outbox (step_id, queue, task, headers, created_at) "
        "VALUES (LAST_INSERT_ID(), 'orders', 'orders.process', '{{}}', UTC_TIMESTAMP(6))"
    ),
)


async def place_plainly(database: Database, serial: int, skus: Sequence[str]) -> None:
    """One order by separate statements, one round trip each: thirteen for three lines, BEGIN and COMMIT with them."""
    number, cart, names = _quoted(f"B{serial:08}"), _quoted(f"plain-{serial}"), [_quoted(sku) for sku in sorted(skus)]
    async with database.transaction() as connection:
        for sku in names:
            await connection.execute(STOCK.format(sku=sku))
        order = await connection.insert(ORDER.format(number=number, cart=cart))
        lines = ", ".join(LINE.format(order=order, sku=sku, at=at) for at, sku in enumerate(names))
        await connection.execute(LINES.format(rows=lines))
        await connection.execute(MOVES.format(rows=", ".join(MOVE.format(sku=sku, number=number) for sku in names)))
        for statement in REST:
            await connection.execute(statement.format(order=order))


async def make_procedure(connection: Connection, skus_a_third: int) -> None:
    """The same inside the server, again and again, with SKUs of each third of a shelf that was filled for this.

    `CALL bench_place_orders(first, count)` takes the serials from `first` on. SKUs are those of `fill_shelf`.
    """
    names = ("sku_a", "sku_b", "sku_c")
    picks = "".join(
        f"SET n = {third * skus_a_third + 1} + FLOOR(RAND() * {skus_a_third}); "
        f"SET {name} = CONCAT('HOT', LPAD(n, GREATEST(2, LENGTH(n)), '0'), '-NAV-M'); "
        for third, name in enumerate(names)
    )
    lines = ", ".join(LINE.format(order="new_id", sku=sku, at=at) for at, sku in enumerate(names))
    moves = ", ".join(MOVE.format(sku=sku, number="new_number") for sku in names)
    body = "; ".join(
        (
            *(STOCK.format(sku=sku) for sku in names),
            ORDER.format(number="new_number", cart="new_number"),
            "SET new_id = LAST_INSERT_ID()",
            LINES.format(rows=lines),
            MOVES.format(rows=moves),
            *(statement.format(order="new_id") for statement in REST),
        )
    )
    await connection.execute(
        f"CREATE PROCEDURE {PROCEDURE}(first INT, amount INT) BEGIN DECLARE done, n INT DEFAULT 0; "
        f"DECLARE new_id BIGINT; DECLARE new_number, {', '.join(names)} {AS_COLUMN}; "
        f"WHILE done < amount DO {picks} SET new_number = CONCAT('P', LPAD(first + done, 8, '0')); "
        f"START TRANSACTION; {body}; COMMIT; SET done = done + 1; END WHILE; END"
    )


def _quoted(text: str) -> str:
    return f"'{text}'"
