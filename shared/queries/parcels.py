"""When parcels left and arrived."""

from datetime import datetime

from shared.db import Connection, utc


async def last_arrival(connection: Connection, order_id: int) -> datetime | None:
    """When the last parcel arrived; None unless everything that was not canceled has."""
    row = await connection.row(
        "SELECT MAX(s.delivered_at) AS arrived_at FROM shipments s JOIN orders o ON o.id = s.order_id "
        "WHERE s.order_id = %s AND o.fulfillment_status = 'delivered'",
        (order_id,),
    )
    return utc(row["arrived_at"]) if row and row["arrived_at"] else None
