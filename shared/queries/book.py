"""Reading an order's book under its lock, and writing what a command changed."""

import json
from dataclasses import dataclass

from shared.db import Connection
from shared.domain.book import Book, BookLine, Parcel, Return, Till
from shared.queries import order_parts
from shared.queries.refund_rows import vat_lines

LIMIT = 500  # rows of one kind in one order; an order has at most 100 lines


@dataclass(frozen=True, kw_only=True)
class Locked:
    """An order whose row is locked, and its book as it stands."""

    order_id: int
    number: str
    test_run: str | None
    book: Book


async def lock_book(connection: Connection, order_id: int) -> Locked:
    """Lock an order's row, the first lock of every change of an order, and read its book."""
    order = await connection.row(
        "SELECT id, number, test_run, shipping_cents, vat, payment_method, canceled_at, expired_at, completed_at, "
        "hold_reason FROM orders WHERE id = %s FOR UPDATE",
        (order_id,),
    )
    assert order is not None
    book = Book(
        lines=await _lines(connection, order_id),
        shipping_cents=order["shipping_cents"],
        vat=vat_lines(json.loads(order["vat"])),
        till=await _till(connection, order_id, order["payment_method"]),
        parcels=await _parcels(connection, order_id),
        returns=await _returns(connection, order_id),
        credits=tuple(each.credit for each in await order_parts.credits(connection, order_id)),
        settled=await _is_settled(connection, order_id),
        canceled=order["canceled_at"] is not None,
        expired=order["expired_at"] is not None,
        completed=order["completed_at"] is not None,
        hold_reason=order["hold_reason"],
    )
    return Locked(order_id=order_id, number=order["number"], test_run=order["test_run"], book=book)


async def _lines(connection: Connection, order_id: int) -> tuple[BookLine, ...]:
    rows = await connection.rows(
        "SELECT sku, unit_price_cents, vat_bp, quantity AS ordered, canceled, packed, shipped, delivered, returned "
        "FROM order_lines WHERE order_id = %s ORDER BY sku LIMIT %s FOR UPDATE",
        (order_id, LIMIT),
    )
    return tuple(BookLine(**row) for row in rows)


async def _till(connection: Connection, order_id: int, method: str) -> Till:
    sums = await connection.row(
        "SELECT COALESCE(SUM(IF(voided_at IS NULL AND authorized_cents > captured_cents, "
        "CAST(authorized_cents AS SIGNED) - captured_cents, 0)), 0) AS authorized_cents, "
        "COALESCE(SUM(captured_cents), 0) AS captured_cents, COALESCE(SUM(refunded_cents), 0) AS refunded_cents "
        "FROM payments WHERE order_id = %s",
        (order_id,),
    )
    promised = await connection.row(
        "SELECT COALESCE(SUM(payout_cents - paid_out_cents), 0) AS promised_cents FROM refunds "
        "WHERE order_id = %s AND done_at IS NULL",
        (order_id,),
    )
    last = await connection.row(
        "SELECT voided_at IS NOT NULL AS last_voided, failed_at IS NOT NULL AS last_failed "
        "FROM payments WHERE order_id = %s ORDER BY attempt DESC LIMIT 1",
        (order_id,),
    )
    assert sums is not None
    assert promised is not None
    assert last is not None
    return Till(
        method=method,
        last_voided=bool(last["last_voided"]),
        last_failed=bool(last["last_failed"]),
        **{name: int(value) for name, value in (sums | promised).items()},
    )


async def _parcels(connection: Connection, order_id: int) -> tuple[Parcel, ...]:
    return tuple(
        Parcel(
            id=each.id,
            pieces=each.pieces,
            carrier=each.carrier,
            tracking=each.tracking,
            capture_cents=each.capture_cents,
            delivered=each.delivered_at is not None,
        )
        for each in await order_parts.parcels(connection, order_id)
    )


async def _returns(connection: Connection, order_id: int) -> tuple[Return, ...]:
    return tuple(
        Return(
            id=each.id,
            kind=each.kind,
            reason=each.reason,
            pieces=each.pieces,
            received=each.received,
            canceled=each.canceled_at is not None,
        )
        for each in await order_parts.returns(connection, order_id)
    )


async def _is_settled(connection: Connection, order_id: int) -> bool:
    row = await connection.row(
        "SELECT state FROM steps WHERE order_id = %s AND step = 'payment' AND ref = 0", (order_id,)
    )
    return row is not None and row["state"] == "done"
