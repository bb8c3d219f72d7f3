"""Writing the difference between two books of an order, whose row is locked."""

from dataclasses import dataclass

from shared.db import Connection
from shared.domain.book import Book, Parcel, Pieces, Return
from shared.domain.statuses import FulfillmentStatus
from shared.queries.book import Locked
from shared.queries.refund_rows import contents_of

OVERPAID = "More was paid than the order costs."


@dataclass(frozen=True, kw_only=True)
class Written:
    """The ids of what a command added, in its order."""

    parcels: tuple[int, ...] = ()
    returns: tuple[int, ...] = ()
    credits: tuple[int, ...] = ()


async def write_book(connection: Connection, locked: Locked, after: Book, who: str) -> Written:
    """Write what changed.

    Args:
        after: checked by `book.changed`.
        who: for the credits that are new.
    """
    before = locked.book
    await _write_lines(connection, locked.order_id, before, after)
    written = Written(
        parcels=await _write_parcels(connection, locked.order_id, before, after),
        returns=await _write_returns(connection, locked.order_id, before, after),
        credits=await _write_credits(connection, locked.order_id, after, who),
    )
    await _write_order(connection, locked.order_id, after)
    return written


async def _write_lines(connection: Connection, order_id: int, before: Book, after: Book) -> None:
    for old, new in zip(before.lines, after.lines, strict=True):
        if old != new:
            await connection.execute(
                "UPDATE order_lines SET canceled = %s, packed = %s, shipped = %s, delivered = %s, returned = %s "
                "WHERE order_id = %s AND sku = %s",
                (new.canceled, new.packed, new.shipped, new.delivered, new.returned, order_id, new.sku),
            )


async def _write_parcels(connection: Connection, order_id: int, before: Book, after: Book) -> tuple[int, ...]:
    for old, new in zip(before.parcels, after.parcels, strict=False):
        if new.delivered and not old.delivered:
            await connection.execute(
                "UPDATE shipments SET delivered_at = UTC_TIMESTAMP(6) WHERE id = %s AND delivered_at IS NULL", (new.id,)
            )
    return tuple([await _insert_parcel(connection, order_id, new) for new in after.parcels if not new.id])


async def _insert_parcel(connection: Connection, order_id: int, parcel: Parcel) -> int:
    parcel_id = await connection.insert(
        "INSERT INTO shipments (order_id, carrier, tracking, capture_cents, shipped_at) "
        "VALUES (%s, %s, %s, %s, UTC_TIMESTAMP(6))",
        (order_id, parcel.carrier, parcel.tracking, parcel.capture_cents),
    )
    await connection.many(
        "INSERT INTO shipment_lines (shipment_id, sku, quantity) VALUES (%s, %s, %s)", _rows(parcel_id, parcel.pieces)
    )
    return parcel_id


async def _write_returns(connection: Connection, order_id: int, before: Book, after: Book) -> tuple[int, ...]:
    for old, new in zip(before.returns, after.returns, strict=False):
        if old != new:
            await _update_return(connection, new)
    return tuple([await _insert_return(connection, order_id, new) for new in after.returns if not new.id])


async def _update_return(connection: Connection, new: Return) -> None:
    for sku, received in new.received.items():
        await connection.execute(
            "UPDATE return_lines SET received = %s WHERE return_id = %s AND sku = %s", (received, new.id, sku)
        )
    await connection.execute(
        "UPDATE returns SET canceled_at = IF(%s, UTC_TIMESTAMP(6), canceled_at), "
        "received_at = IF(%s, UTC_TIMESTAMP(6), received_at) WHERE id = %s",
        (new.canceled, not new.canceled and not new.outstanding, new.id),
    )


async def _insert_return(connection: Connection, order_id: int, new: Return) -> int:
    return_id = await connection.insert(
        "INSERT INTO returns (order_id, kind, reason, requested_at) VALUES (%s, %s, %s, UTC_TIMESTAMP(6))",
        (order_id, new.kind, new.reason),
    )
    await connection.many(
        "INSERT INTO return_lines (return_id, sku, quantity) VALUES (%s, %s, %s)", _rows(return_id, new.pieces)
    )
    return return_id


def _rows(owner: int, pieces: Pieces) -> list[tuple[int, str, int]]:
    return [(owner, sku, count) for sku, count in sorted(pieces.items())]


async def _write_credits(connection: Connection, order_id: int, after: Book, who: str) -> tuple[int, ...]:
    new = [credit for credit in after.credits if not credit.id]
    return tuple(
        [
            await connection.insert(
                "INSERT INTO refunds (order_id, kind, reason, who, credit_cents, payout_cents, contents, created_at, "
                "done_at) VALUES (%s, %s, %s, %s, %s, %s, %s, UTC_TIMESTAMP(6), IF(%s, UTC_TIMESTAMP(6), NULL))",
                (
                    *(order_id, credit.kind, credit.reason[:200], who, credit.credit_cents, credit.payout_cents),
                    *(contents_of(credit), credit.payout_cents == 0),
                ),
            )
            for credit in new
        ]
    )


async def _write_order(connection: Connection, order_id: int, after: Book) -> None:
    is_there = after.fulfillment_status is FulfillmentStatus.DELIVERED
    await connection.execute(
        "UPDATE orders SET order_status = %s, payment_status = %s, fulfillment_status = %s, return_status = %s, "
        "due_cents = %s, hold_reason = %s, "
        "canceled_at = IF(%s, COALESCE(canceled_at, UTC_TIMESTAMP(6)), NULL), "
        "expired_at = IF(%s, COALESCE(expired_at, UTC_TIMESTAMP(6)), NULL), "
        "completed_at = IF(%s, COALESCE(completed_at, UTC_TIMESTAMP(6)), NULL), "
        "delivered_at = IF(%s, COALESCE(delivered_at, UTC_TIMESTAMP(6)), delivered_at), "
        "attention = IF(%s, COALESCE(attention, %s), IF(attention = %s, NULL, attention)) WHERE id = %s",
        (
            *(after.order_status, after.payment_status, after.fulfillment_status, after.return_status),
            *(after.due_cents, after.hold_reason, after.canceled, after.expired, after.completed, is_there),
            *(after.overpaid_cents > 0, OVERPAID, OVERPAID, order_id),
        ),
    )
