"""Steps, outbox, events and documents of a batch of seeded orders: all done long ago.

The batch is read first, as STRAIGHT_JOIN says: without statistics on new rows the server would read all steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.db import Connection
from shared.queries.audit.mail_rows import SEEDED

STEPS = """
INSERT INTO steps (order_id, step, ref, state, attempt, due_at, created_at, done_at)
SELECT t.order_id, t.step, t.ref, 'done', 1, t.at, t.at, t.at + INTERVAL 1 SECOND FROM (
  SELECT o.id AS order_id, 'payment' AS step, 0 AS ref, o.placed_at AS at {batch}
  UNION ALL SELECT o.id, 'invoice', 0, o.placed_at + INTERVAL 2 SECOND {batch} AND o.expired_at IS NULL
  UNION ALL SELECT o.id, 'receipt', 0, o.placed_at + INTERVAL 4 SECOND {batch} AND o.expired_at IS NULL
  UNION ALL SELECT o.id, 'mail_expired', 1, o.expired_at {batch} AND o.expired_at IS NOT NULL
  UNION ALL SELECT o.id, 'mail_canceled', r.id, r.created_at {credits} AND r.kind = 'canceled'
  UNION ALL SELECT o.id, 'refund', r.id, r.created_at {credits} AND r.payout_cents > 0
  UNION ALL SELECT o.id, 'credit_note', r.id, r.created_at {credits}
  UNION ALL SELECT o.id, 'mail_refunded', r.id, r.created_at + INTERVAL 5 SECOND {credits} AND r.payout_cents > 0
) AS t ORDER BY t.order_id, t.at
"""
FROM = {
    "batch": "FROM orders o WHERE o.cart_id = %s",
    "parcels": "FROM orders o STRAIGHT_JOIN shipments p ON p.order_id = o.id WHERE o.cart_id = %s",
    "credits": "FROM orders o STRAIGHT_JOIN refunds r ON r.order_id = o.id WHERE o.cart_id = %s",
}
OUTBOX = """
INSERT INTO outbox (step_id, queue, task, headers, created_at, published_at)
SELECT s.id, IF(s.step IN ('payment', 'refund'), 'orders', 'documents'),
  CASE WHEN s.step = 'payment' THEN 'orders.process' WHEN s.step = 'refund' THEN 'orders.refund'
    WHEN s.step LIKE 'mail%%' THEN 'documents.mail' ELSE CONCAT('documents.', s.step) END,
  CONCAT('{"request_id": "seed", "order_number": "', o.number, '"}'), s.created_at, s.created_at
FROM orders o STRAIGHT_JOIN steps s ON s.order_id = o.id WHERE o.cart_id = %s
"""
EVENTS = """
INSERT INTO events (order_id, at, what) SELECT t.order_id, t.at, t.what FROM (
  SELECT o.id AS order_id, o.placed_at AS at, 'order.placed' AS what {batch}
  UNION ALL SELECT o.id, s.done_at, CASE s.step WHEN 'payment' THEN IF(o.expired_at IS NULL, 'order.processing',
    'payment.declined') WHEN 'invoice' THEN 'invoice.made' WHEN 'receipt' THEN 'receipt.sent'
    WHEN 'credit_note' THEN 'credit_note.made' WHEN 'refund' THEN 'payment.refunded'
    ELSE CONCAT(REPLACE(s.step, 'mail_', 'mail.'), '_sent') END {steps}
  UNION ALL SELECT o.id, o.expired_at, 'order.expired' {batch} AND o.expired_at IS NOT NULL
  UNION ALL SELECT o.id, o.canceled_at, 'order.canceled' {batch} AND o.canceled_at IS NOT NULL
  UNION ALL SELECT o.id, p.shipped_at, 'parcel.shipped' {parcels}
  UNION ALL SELECT o.id, p.delivered_at, 'parcel.delivered' {parcels} AND p.delivered_at IS NOT NULL
  UNION ALL SELECT o.id, o.completed_at, 'order.completed' {batch} AND o.completed_at IS NOT NULL
) AS t ORDER BY t.order_id, t.at
"""
MAILS = f"""
INSERT INTO documents (subject, kind, revision, state, snapshot, sha256, size, message_id, server_reply, reserved_at,
  done_at)
SELECT CONCAT('order:', o.id), REPLACE(s.step, 'mail_', ''), GREATEST(s.ref, 1), 'done', '{{}}',
  SHA2(CONCAT(s.id), 256), 0,
  CONCAT('<', REPLACE(s.step, 'mail_', ''), '.', o.number, '.', GREATEST(s.ref, 1), %s, '>'),
  '{SEEDED}', s.created_at, s.done_at
FROM orders o STRAIGHT_JOIN steps s ON s.order_id = o.id
WHERE o.cart_id = %s AND (s.step = 'receipt' OR s.step LIKE 'mail%%')
"""
FILES = """
INSERT INTO documents (subject, kind, revision, number, state, snapshot, sha256, path, size, reserved_at, done_at)
SELECT CONCAT('order:', t.order_id), %s, t.revision,
  CONCAT(%s, IF(%s + t.n < 1000000, LPAD(%s + t.n, 6, '0'), %s + t.n)), 'done', '{{}}', %s, %s, %s, t.at, t.at
FROM (
  SELECT o.id AS order_id, 1 AS revision, s.done_at AS at, ROW_NUMBER() OVER (ORDER BY s.id) AS n {steps}
  AND s.step = %s AND o.payment_method = %s
) AS t
"""
FROM_STEPS = "FROM orders o STRAIGHT_JOIN steps s ON s.order_id = o.id WHERE o.cart_id = %s"


@dataclass(frozen=True, kw_only=True)
class SharedFile:
    """A file that many seeded documents share, and for which: kind (and step) of document, and way of paying."""

    kind: str
    payment_method: str
    letter: str
    sha256: str
    path: str
    size: int


async def derive_steps(connection: Connection, batch: str) -> None:
    """Steps, their outbox rows and the events."""
    for statement in (STEPS, OUTBOX, EVENTS):
        sql = statement if statement == OUTBOX else statement.format(**FROM, steps=FROM_STEPS)
        await connection.execute(sql, [batch] * (sql.count("%s")))


async def derive_papers(connection: Connection, batch: str, domain: str, files: Sequence[SharedFile]) -> None:
    """Mails that nobody sends, then the numbered documents: those last, as the number ranges are locked for them.

    Args:
        domain: of the Message-IDs.
    """
    await connection.execute(MAILS, (f"@{domain}", batch))
    for file in files:
        await _number(connection, batch, file)


async def _number(connection: Connection, batch: str, file: SharedFile) -> None:
    """Take the numbers that come next, one for each document that was written."""
    row = await connection.row("SELECT last FROM number_ranges WHERE kind = %s FOR UPDATE", (file.kind,))
    assert row is not None
    last = int(row["last"])
    made = await connection.execute(
        FILES.format(steps=FROM_STEPS),
        (
            *(file.kind, file.letter, last, last, last, file.sha256, file.path, file.size),
            *(batch, file.kind, file.payment_method),
        ),
    )
    await connection.execute("UPDATE number_ranges SET last = last + %s WHERE kind = %s", (made, file.kind))
