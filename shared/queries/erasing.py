"""What is erased of whoever deletes an account: at once what only the account needed, later what an order needed.

An order whose account was deleted has no email_norm any more, which is how it is known; nothing attaches it again.
Its e-mail stays for the mails of an order that is not over; its addresses where an invoice needs them.
"""

from shared.db import Connection
from shared.queries.mail_events import tag_of
from shared.queries.sql import in_list

MOST_MAILS = 500  # of an account, for one deletion
NEEDED_DAYS = 60  # after delivery, or after ordering where nothing was delivered: cancellations, returns, refunds

# Words that others wrote about an order, a mail server for one, in which the address may stand.
_MAY_NAME_IT = (
    "orders t JOIN orders o ON o.id = t.id SET t.attention = REPLACE(t.attention, o.email, %s)",
    "steps t JOIN orders o ON o.id = t.order_id SET t.error = REPLACE(t.error, o.email, %s)",
    "events t JOIN orders o ON o.id = t.order_id SET t.why = REPLACE(t.why, o.email, %s)",
    (
        "documents t JOIN orders o ON t.subject = CONCAT('order:', o.id) "
        "SET t.server_reply = REPLACE(t.server_reply, o.email, %s)"
    ),
)
_SHOPPER = "(the shopper)"
_IS_OVER = (
    "o.email_norm = '' AND o.email <> '' AND o.order_status IN ('completed', 'canceled', 'expired') "
    "AND COALESCE(o.delivered_at, o.placed_at) < UTC_TIMESTAMP(6) - INTERVAL %s DAY "
    "AND NOT EXISTS (SELECT 1 FROM steps t WHERE t.order_id = o.id AND t.state NOT IN ('done', 'dead'))"
)


async def erase_mails_of(connection: Connection, user_id: int) -> None:
    """Links, the jobs that mail them, the ledger of what was mailed, and what the mail service told of it."""
    subject = f"user:{user_id}"
    await connection.execute(
        "DELETE j FROM jobs j JOIN tokens t ON j.name = 'account-mail' AND j.done_key = CONCAT(t.purpose, ':', t.id) "
        "WHERE t.owner_id = %s AND t.nonce IS NOT NULL",
        (user_id,),
    )
    await connection.execute("DELETE FROM tokens WHERE owner_id = %s AND nonce IS NOT NULL", (user_id,))
    rows = await connection.rows(
        "SELECT id, message_id FROM documents WHERE subject = %s LIMIT %s", (subject, MOST_MAILS)
    )
    if not rows:
        return
    ids, tags = [row["id"] for row in rows], [tag_of(row["message_id"] or "") for row in rows]
    await connection.execute(f"DELETE FROM mail_sendings WHERE document_id IN ({in_list(ids)})", ids)
    await connection.execute(f"DELETE FROM documents WHERE id IN ({in_list(ids)})", ids)
    await connection.execute(f"DELETE FROM mail_events WHERE tag IN ({in_list(tags)})", tags)


async def erase_sessions_of(connection: Connection, user_id: int) -> None:
    await connection.execute("DELETE FROM sessions WHERE kind = 'shopper' AND owner_id = %s", (user_id,))


async def detach_orders(connection: Connection, user_id: int) -> None:
    """Orders and invoices stay for the tax law, but lead to no account any more, this one's or a later one's."""
    for statement in _MAY_NAME_IT:
        await connection.execute(
            f"UPDATE {statement} WHERE o.user_id = %s", [*[_SHOPPER] * ("%s" in statement), user_id]
        )
    await connection.execute("UPDATE orders SET user_id = NULL, email_norm = '' WHERE user_id = %s", (user_id,))


async def forget_shoppers(connection: Connection, limit: int) -> int:
    """Erase what the orders of deleted accounts hold, once they are over; returns how many. In a transaction."""
    rows = await connection.rows(
        f"SELECT o.id FROM orders o WHERE {_IS_OVER} ORDER BY o.id LIMIT %s FOR UPDATE", (NEEDED_DAYS, limit)
    )
    ids = [row["id"] for row in rows]
    if ids:
        await connection.execute(f"UPDATE orders SET email = '' WHERE id IN ({in_list(ids)})", ids)
        await connection.execute(
            "UPDATE order_addresses SET name = '', line1 = '', line2 = '', city = '', postcode = '' "
            f"WHERE order_id IN ({in_list(ids)}) AND NOT EXISTS (SELECT 1 FROM documents d "
            "WHERE d.subject = CONCAT('order:', order_addresses.order_id) AND d.kind = 'invoice')",
            ids,
        )
    return len(ids)
