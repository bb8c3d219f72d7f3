"""A row of the staff's list tells an order's pieces, and how far its payment, invoice and receipt are."""

from shared.db import Database
from shared.queries.desk import DeskSearch, desk_page, newest
from shared.queries.steps import NewStep, add_step
from tests.factories import place
from tests.faults.shelf import fill_shelf

MORE = ("invoice", "mail_reminder")


async def test_a_row_has_the_pieces_of_all_lines_and_three_steps_at_most(database: Database) -> None:
    shirt, scarf = await fill_shelf(database, 2)
    placed = await place(database, {shirt: 2, scarf: 3})
    async with database.transaction() as connection:
        for step in MORE:
            await add_step(connection, NewStep(order_id=placed.order.id, step=step, queue="documents", task="any"), {})

    async with database.reader() as connection:
        (row,) = (await desk_page(connection, DeskSearch())).rows

    assert (row.number, row.pieces) == (placed.order.number, 5)
    assert row.steps == {"payment": "queued", "invoice": "queued"}


async def test_a_receipt_that_is_sent_again_is_told_as_that_one_is(database: Database) -> None:
    placed = await place(database, dict.fromkeys(await fill_shelf(database, 1), 1))
    async with database.transaction() as connection:
        for ref in (2, 0):
            again = NewStep(order_id=placed.order.id, step="receipt", ref=ref, queue="documents", task="any")
            await add_step(connection, again, {})
        await connection.execute("UPDATE steps SET state = IF(ref = 0, 'done', 'dead') WHERE step = 'receipt'")

    async with database.reader() as connection:
        (row,) = (await desk_page(connection, DeskSearch())).rows

    assert row.steps == {"payment": "queued", "receipt": "dead"}


def test_of_receipts_that_were_sent_again_and_again_the_newest_is_told_though_the_text_was_cut() -> None:
    told = "invoice done,payment done,receipt dead," + ",".join(["receipt done"] * 80)

    assert newest(told[:1024]) == {"invoice": "done", "payment": "done", "receipt": "dead"}
    assert newest("") == {}
