"""Payments, credits and parcels of a page of orders."""

from collections.abc import Sequence

from shared.db import Reads
from shared.queries.audit.packed import Source, id_list, packed

PAYMENT = (
    *("order_id", "attempt", "method", "authorized_cents", "captured_cents", "refunded_cents"),
    *("voided_at IS NOT NULL", "failed_at IS NOT NULL"),
)
CREDIT = ("id", "order_id", "credit_cents", "payout_cents", "paid_out_cents", "done_at IS NOT NULL")
PARCEL = ("id", "order_id", "capture_cents")


async def payment_rows(connection: Reads, ids: Sequence[int]) -> list[list[str]]:
    return await packed(
        connection, PAYMENT, Source(f"payments FORCE INDEX (attempt) WHERE order_id IN ({id_list(ids)})")
    )


async def credit_rows(connection: Reads, ids: Sequence[int]) -> list[list[str]]:
    return await packed(
        connection, CREDIT, Source(f"refunds FORCE INDEX (by_order) WHERE order_id IN ({id_list(ids)})")
    )


async def parcel_rows(connection: Reads, ids: Sequence[int]) -> list[list[str]]:
    return await packed(
        connection, PARCEL, Source(f"shipments FORCE INDEX (by_order) WHERE order_id IN ({id_list(ids)})")
    )
