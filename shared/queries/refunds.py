"""Credits and their payouts, as the steps that carry them out read and write them."""

from dataclasses import dataclass

from shared.db import Connection
from shared.domain.book import Credit
from shared.errors import NotFound
from shared.queries.refund_rows import credit_from


@dataclass(frozen=True, kw_only=True)
class Refund:
    """A credit with where it stands in its order.

    Attributes:
        ordinal: its place among the order's credits that have a credit note, from 1.
    """

    credit: Credit
    paid_out_cents: int
    is_done: bool
    ordinal: int


async def get_refund(connection: Connection, order_id: int, refund_id: int) -> Refund:
    """A credit of an order.

    Raises:
        NotFound: the order has no such credit.
    """
    row = await connection.row(
        "SELECT id, kind, reason, credit_cents, payout_cents, contents, paid_out_cents, "
        "done_at IS NOT NULL AS is_done, (SELECT COUNT(*) FROM refunds o WHERE o.order_id = r.order_id "
        "AND o.id <= r.id AND o.credit_cents > 0) AS ordinal FROM refunds r WHERE order_id = %s AND id = %s",
        (order_id, refund_id),
    )
    if row is None:
        raise NotFound("There is no such refund.")
    return Refund(
        credit=credit_from(row),
        paid_out_cents=row["paid_out_cents"],
        is_done=bool(row["is_done"]),
        ordinal=int(row["ordinal"]),
    )


async def is_oldest_payout(connection: Connection, order_id: int, refund_id: int) -> bool:
    """Whether no older payout of the order is still to go out, those that were given up left out."""
    older = await connection.row(
        "SELECT r.id FROM refunds r JOIN steps s ON s.order_id = r.order_id AND s.step = 'refund' AND s.ref = r.id "
        "WHERE r.order_id = %s AND r.id < %s AND r.done_at IS NULL AND s.state <> 'dead' LIMIT 1",
        (order_id, refund_id),
    )
    return older is None


async def note_paid_out(connection: Connection, refund_id: int) -> None:
    """The whole payout has gone back."""
    await connection.execute(
        "UPDATE refunds SET paid_out_cents = payout_cents, done_at = COALESCE(done_at, UTC_TIMESTAMP(6)) WHERE id = %s",
        (refund_id,),
    )
