"""Reading orders, each by its number or id, with all that belongs to it. Who may read it, the caller decides."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.db import Connection, Reads, Row, utc
from shared.domain.cart import CartOrder
from shared.domain.countries import Address
from shared.domain.pricing import VatLine
from shared.errors import NotFound
from shared.queries import order_parts
from shared.queries.order_view import (
    OrderDocument,
    OrderEvent,
    OrderLine,
    OrderStep,
    OrderView,
    PaymentAttempt,
)

LIMIT = 500  # of anything that belongs to one order


async def order_by_number(connection: Reads, number: str) -> OrderView:
    """An order with all that belongs to it.

    Raises:
        NotFound: no such order.
    """
    row = await _row_by_number(connection, number)
    return await _whole(connection, row)


async def begun_order_by_number(connection: Reads, number: str) -> OrderView:
    """Like `order_by_number`, without what comes later than its placing: documents, parcels, returns, credits."""
    row = await _row_by_number(connection, number)
    return await _begun(connection, row)


async def order_by_id(connection: Connection, order_id: int) -> OrderView:
    """Like `order_by_number`, for messages, which carry ids only."""
    row = await connection.row("SELECT * FROM orders WHERE id = %s", (order_id,))
    if row is None:
        raise NotFound("There is no such order.")
    return await _whole(connection, row)


@dataclass(frozen=True)
class PlacedWith:
    """What an order was placed with: tells a replay from a key that was used for something else."""

    number: str
    checkout_key: str
    cart_revision: int
    request_sha: str


async def orders_with_key_or_revision(
    connection: Connection, cart_id: str, checkout_key: str, cart_revision: int
) -> list[PlacedWith]:
    """The orders of a cart that used this key or this revision: at most two."""
    rows = await connection.rows(
        "SELECT number, checkout_key, cart_revision, request_sha FROM orders "
        "WHERE cart_id = %s AND (checkout_key = %s OR cart_revision = %s) LIMIT 2",
        (cart_id, checkout_key, cart_revision),
    )
    return [PlacedWith(**row) for row in rows]


async def carts_with_orders(connection: Connection, carts: Sequence[tuple[str, int]]) -> set[str]:
    """Those of some carts for which `orders_of_cart` would tell of something.

    Args:
        carts: ids, each with the revision after which something was taken out; a few hundred at most.
    """
    after = " OR ".join(["(cart_id = %s AND cart_revision > %s)"] * len(carts))
    args = [value for cart in carts for value in cart]
    rows = await connection.rows(
        f"SELECT cart_id FROM orders WHERE {after} UNION SELECT cart_id FROM taken_carts WHERE {after} LIMIT %s",
        (*args, *args, len(carts)),
    )
    return {row["cart_id"] for row in rows}


async def orders_of_cart(connection: Connection, cart_id: str, after_revision: int) -> list[CartOrder]:
    """What was taken out of a cart after a revision, oldest first, and what it may still hold in part.

    That is the orders placed from it, and, as `joined:ID`, what went into an account's cart.
    """
    rows = await connection.rows(
        "SELECT o.number, o.cart_revision, l.position, l.sku, l.quantity, NULL AS pieces "
        "FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.cart_id = %s AND o.cart_revision > %s "
        "UNION ALL SELECT CONCAT('joined:', id), cart_revision, 0, '', 0, pieces FROM taken_carts "
        "WHERE cart_id = %s AND cart_revision > %s ORDER BY cart_revision, position LIMIT %s",
        (cart_id, after_revision, cart_id, after_revision, LIMIT),
    )
    found: dict[tuple[str, int], dict[str, int]] = {}
    for row in rows:
        pieces = {row["sku"]: row["quantity"]} if row["pieces"] is None else json.loads(row["pieces"])
        found.setdefault((row["number"], row["cart_revision"]), {}).update(pieces)
    return [CartOrder(number, revision, quantities) for (number, revision), quantities in found.items()]


async def _row_by_number(connection: Reads, number: str) -> Row:
    row = await connection.row("SELECT * FROM orders WHERE number = %s", (number,))
    if row is None:
        raise NotFound("There is no such order.")
    return row


async def _whole(connection: Reads, row: Row) -> OrderView:
    return replace(
        await _begun(connection, row),
        documents=await _documents(connection, row["id"]),
        parcels=await order_parts.parcels(connection, row["id"]),
        returns=await order_parts.returns(connection, row["id"]),
        credits=await order_parts.credits(connection, row["id"]),
    )


async def _begun(connection: Reads, row: Row) -> OrderView:
    payments = await _payments(connection, row["id"])
    return OrderView(
        **{name: row[name] for name in _PLAIN},
        placed_at=utc(row["placed_at"]),
        vat=tuple(VatLine(*line) for line in json.loads(row["vat"])),
        paid_cents=sum(payment.captured_cents for payment in payments),
        refunded_cents=sum(payment.refunded_cents for payment in payments),
        lines=await _lines(connection, row["id"]),
        addresses=await _addresses(connection, row["id"]),
        steps=await _steps(connection, row["id"]),
        events=await _events(connection, row["id"]),
        documents=(),
        payments=payments,
        expires_at=row["expires_at"] and utc(row["expires_at"]),
        delivered_at=row["delivered_at"] and utc(row["delivered_at"]),
    )


_PLAIN = [
    "id",
    "number",
    "email",
    "cart_id",
    "user_id",
    "order_status",
    "payment_status",
    "fulfillment_status",
    "return_status",
    "attention",
    "payment_method",
    "shipping_method",
    "currency",
    "subtotal_cents",
    "shipping_cents",
    "total_cents",
    "due_cents",
    "hold_reason",
    "test_run",
]


async def _lines(connection: Reads, order_id: int) -> tuple[OrderLine, ...]:
    rows = await connection.rows(
        "SELECT sku, slug, name, colour, size, picture, vat_bp, quantity, unit_price_cents, packed, shipped, "
        "delivered, canceled, returned FROM order_lines WHERE order_id = %s ORDER BY position LIMIT %s",
        (order_id, LIMIT),
    )
    return tuple(OrderLine(**row) for row in rows)


async def _addresses(connection: Reads, order_id: int) -> dict[str, Address]:
    rows = await connection.rows(
        "SELECT kind, name, line1, line2, city, postcode, country FROM order_addresses WHERE order_id = %s LIMIT 2",
        (order_id,),
    )
    return {row.pop("kind"): Address(**row) for row in rows}


async def _steps(connection: Reads, order_id: int) -> tuple[OrderStep, ...]:
    rows = await connection.rows(
        "SELECT step, ref, state, attempt AS attempts, next_retry_at, error FROM steps "
        "WHERE order_id = %s ORDER BY id LIMIT %s",
        (order_id, LIMIT),
    )
    return tuple(OrderStep(**_with_times(row, "next_retry_at")) for row in rows)


async def _events(connection: Reads, order_id: int) -> tuple[OrderEvent, ...]:
    rows = await connection.rows(
        "SELECT at, what, who, why FROM events WHERE order_id = %s ORDER BY id LIMIT %s", (order_id, LIMIT)
    )
    return tuple(OrderEvent(**_with_times(row, "at")) for row in rows)


async def _documents(connection: Reads, order_id: int) -> tuple[OrderDocument, ...]:
    rows = await connection.rows(
        "SELECT kind, number, revision, sha256, path, size, done_at AS at FROM documents "
        "WHERE subject = %s AND state = 'done' AND number IS NOT NULL ORDER BY id LIMIT %s",
        (f"order:{order_id}", LIMIT),
    )
    return tuple(OrderDocument(**_with_times(row, "at")) for row in rows)


async def _payments(connection: Reads, order_id: int) -> tuple[PaymentAttempt, ...]:
    rows = await connection.rows(
        "SELECT attempt, method, token, provider_ref, authorized_cents, captured_cents, refunded_cents, failed_at, "
        "failure, checkout_url, voided_at FROM payments WHERE order_id = %s ORDER BY attempt LIMIT %s",
        (order_id, LIMIT),
    )
    return tuple(PaymentAttempt(**_with_times(row, "failed_at", "voided_at")) for row in rows)


def _with_times(row: Row, *names: str) -> Row:
    return row | {name: row[name] and utc(row[name]) for name in names}
