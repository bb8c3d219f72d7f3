"""Damage planted in the database: the auditor names all of it, and nothing that is not there."""

import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.settings import Settings
from tests.damaged_books import Books, Told, seeded_books

OF_ORDER = "subject = (SELECT CONCAT('order:', id) FROM orders WHERE number = %s)"
RECEIPT = "o.number = %s AND s.step = 'receipt'"
STEPS = "steps s JOIN orders o ON o.id = s.order_id"
DAMAGES = {
    "outbox_missing": f"DELETE FROM outbox WHERE step_id IN (SELECT s.id FROM {STEPS} WHERE {RECEIPT})",  # noqa: S608
    "receipt_missing": f"DELETE FROM documents WHERE kind = 'receipt' AND {OF_ORDER}",  # noqa: S608
    "step_overdue": f"""UPDATE {STEPS} SET s.state = 'running', s.done_at = NULL,
        s.due_at = UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE WHERE {RECEIPT}""",  # noqa: S608
    "step_dead": f"UPDATE {STEPS} SET s.state = 'dead', s.done_at = NULL WHERE {RECEIPT}",  # noqa: S608
    "outbox_unsent": f"""UPDATE {STEPS} JOIN outbox b ON b.step_id = s.id SET b.published_at = NULL,
        s.state = 'queued', s.due_at = UTC_TIMESTAMP(6), s.attempt = 1 WHERE {RECEIPT}""",  # noqa: S608
    "status_not_derived": "UPDATE orders SET payment_status = 'partially_paid' WHERE number = %s",
    "total_differs": "UPDATE orders SET subtotal_cents = subtotal_cents + 1 WHERE number = %s",
    "pieces_differ": """UPDATE order_lines l JOIN orders o ON o.id = l.order_id SET l.returned = l.returned + 1
        WHERE o.number = %s AND l.position = 0""",
    "authorization_differs": """UPDATE orders o JOIN payments p ON p.order_id = o.id
        SET p.authorized_cents = p.authorized_cents + 1 WHERE o.number = %s""",
    "document_unexplained": """INSERT INTO documents (subject, kind, revision, state, snapshot, reserved_at)
        SELECT CONCAT('order:', id), 'invoice', 2, 'reserved', '{}', placed_at FROM orders WHERE number = %s""",
    "refund_differs": """INSERT INTO refunds (order_id, kind, reason, who, credit_cents, payout_cents, paid_out_cents,
        contents, created_at, done_at) SELECT id, 'late_charge', 'x', 'shop', 0, 5, 5, '{}', placed_at, placed_at
        FROM orders WHERE number = %s""",
}


@pytest_asyncio.fixture
async def books(settings: Settings, database: Database, backing: BackingServices) -> Books:
    return await seeded_books(settings, database, backing)


async def test_seeded_books_have_no_gap(books: Books) -> None:
    assert await books.told() == set()


async def test_every_damage_in_the_database_is_named_and_nothing_else(books: Books) -> None:
    planted: Told = set()
    for (kind, sql), number in zip(DAMAGES.items(), books.orders, strict=False):
        await books.change(sql, number)
        planted.add((kind, number))
    await books.change("UPDATE variants SET stock = stock + 1 WHERE sku = 'OCTS00-NAV-S'")
    await books.change("UPDATE number_ranges SET last = last + 1 WHERE kind = 'invoice'")
    # The provider, too, knows another amount than the one that was changed here.
    differing = next(number for kind, number in planted if kind == "authorization_differs")

    told = await books.told()

    assert told == planted | {("stock_differs", None), ("number_missing", None), ("charge_differs", differing)}


async def test_an_order_without_its_payment_step_is_named(books: Books) -> None:
    number = books.orders[0]
    payment = f"FROM {STEPS} WHERE o.number = %s AND s.step = 'payment'"
    await books.change(f"DELETE FROM outbox WHERE step_id IN (SELECT s.id {payment})", number)  # noqa: S608
    await books.change(f"DELETE s {payment}", number)

    assert await books.told() == {("step_missing", number)}


async def test_an_invoice_that_vanished_leaves_a_hole_in_the_numbers(books: Books) -> None:
    number = books.orders[0]
    await books.change(f"DELETE FROM documents WHERE kind = 'invoice' AND {OF_ORDER}", number)  # noqa: S608

    gaps = await books.gaps()

    assert {(gap.kind, gap.order) for gap in gaps} == {("invoice_missing", number), ("number_missing", None)}
    assert len(gaps) == 2


async def test_money_that_was_not_captured_to_the_cent_is_named(books: Books) -> None:
    number = books.orders[0]
    await books.change(
        "UPDATE payments p JOIN orders o ON o.id = p.order_id SET p.captured_cents = p.captured_cents - 1 "
        "WHERE o.number = %s",
        number,
    )

    kinds = {kind for kind, order in await books.told() if order == number}
    assert kinds == {"captured_differs", "status_not_derived", "charge_differs"}
