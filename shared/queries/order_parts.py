"""The parcels, returns and credits of one order, oldest first; times are aware and UTC."""

from shared.db import Reads, Row, utc
from shared.domain.book import Pieces
from shared.queries.order_view import OrderCredit, OrderParcel, OrderReturn
from shared.queries.refund_rows import credit_from
from shared.queries.sql import in_list

LIMIT = 500


async def parcels(connection: Reads, order_id: int) -> tuple[OrderParcel, ...]:
    rows = await connection.rows(
        "SELECT id, carrier, tracking, capture_cents, shipped_at, delivered_at FROM shipments "
        "WHERE order_id = %s ORDER BY id LIMIT %s",
        (order_id, LIMIT),
    )
    pieces = await pieces_of(connection, "shipment_lines", "shipment_id", rows)
    return tuple(
        OrderParcel(**_with_times(row, "shipped_at", "delivered_at"), pieces=pieces[row["id"]]) for row in rows
    )


async def returns(connection: Reads, order_id: int) -> tuple[OrderReturn, ...]:
    rows = await connection.rows(
        "SELECT id, kind, reason, requested_at, received_at, canceled_at FROM returns "
        "WHERE order_id = %s ORDER BY id LIMIT %s",
        (order_id, LIMIT),
    )
    pieces = await pieces_of(connection, "return_lines", "return_id", rows)
    received = await pieces_of(connection, "return_lines", "return_id", rows, "received")
    times = ("requested_at", "received_at", "canceled_at")
    return tuple(
        OrderReturn(**_with_times(row, *times), pieces=pieces[row["id"]], received=received[row["id"]]) for row in rows
    )


async def credits(connection: Reads, order_id: int) -> tuple[OrderCredit, ...]:  # noqa: A001 (its name here)
    rows = await connection.rows(
        "SELECT id, kind, reason, credit_cents, payout_cents, contents, who, created_at, done_at FROM refunds "
        "WHERE order_id = %s ORDER BY id LIMIT %s",
        (order_id, LIMIT),
    )
    return tuple(
        OrderCredit(
            credit=credit_from(row),
            who=row["who"],
            created_at=utc(row["created_at"]),
            done_at=row["done_at"] and utc(row["done_at"]),
        )
        for row in rows
    )


async def pieces_of(
    connection: Reads, table: str, owner: str, owners: list[Row], column: str = "quantity"
) -> dict[int, Pieces]:
    """The pieces of each parcel or return, by its id; `owner` is the column that names it."""
    found: dict[int, dict[str, int]] = {row["id"]: {} for row in owners}
    if found:
        rows = await connection.rows(
            f"SELECT {owner} AS owner, sku, {column} AS pieces FROM {table} "
            f"WHERE {owner} IN ({in_list(list(found))}) AND {column} > 0 ORDER BY sku LIMIT %s",
            (*found, LIMIT * 100),
        )
        for row in rows:
            found[row["owner"]][row["sku"]] = row["pieces"]
    return dict(found)


def _with_times(row: Row, *names: str) -> Row:
    return row | {name: row[name] and utc(row[name]) for name in names}
