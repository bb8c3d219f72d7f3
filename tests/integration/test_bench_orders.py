"""The orders that the bench writes on its own fit the tables as they are, and are as much work as ours."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bench.million import fill
from bench.plain_orders import PROCEDURE, make_procedure, place_plainly
from shared.db import Database
from shared.queries.desk import DeskSearch, desk_page
from shared.queries.desk_counts import desk_counts
from tests.factories import count, place, stock_of
from tests.faults.shelf import PIECES, fill_shelf

TABLES = (
    *("orders", "order_lines", "order_addresses", "stock_moves"),
    *("payments", "events", "steps", "outbox"),
)


@pytest_asyncio.fixture
async def shelf(database: Database) -> list[str]:
    return await fill_shelf(database, 3)


@pytest_asyncio.fixture
async def procedure(database: Database) -> AsyncIterator[None]:
    async with database.writer() as connection:
        await make_procedure(connection, skus_a_third=1)
    yield
    async with database.writer() as connection:
        await connection.execute(f"DROP PROCEDURE {PROCEDURE}")


async def _rows(database: Database) -> dict[str, int]:
    return {table: await count(database, table) for table in TABLES}


async def _written(database: Database, before: dict[str, int]) -> dict[str, int]:
    return {table: rows - before[table] for table, rows in (await _rows(database)).items()}


async def test_a_plain_order_writes_as_many_rows_of_each_kind_as_ours(database: Database, shelf: list[str]) -> None:
    empty = await _rows(database)
    await place(database, dict.fromkeys(shelf, 1))
    ours, before = await _written(database, empty), await _rows(database)

    await place_plainly(database, 1, shelf)

    assert await _written(database, before) == ours
    assert [await stock_of(database, sku) for sku in shelf] == [PIECES - 2] * 3


@pytest.mark.usefixtures("procedure")
async def test_the_servers_own_loop_writes_them_too(database: Database, shelf: list[str]) -> None:
    before = await _rows(database)
    await place(database, dict.fromkeys(shelf, 1))
    ours, before = await _written(database, before), await _rows(database)

    async with database.writer() as connection:
        await connection.execute(f"CALL {PROCEDURE}(%s, %s)", (100, 4))

    assert await _written(database, before) == {table: 4 * rows for table, rows in ours.items()}
    assert [await stock_of(database, sku) for sku in shelf] == [PIECES - 5] * 3


async def test_the_orders_of_the_million_are_found_by_staff_newest_first(database: Database) -> None:
    await fill(database, orders=400, at_once=200)

    async with database.reader() as connection:
        page = await desk_page(connection, DeskSearch())
        counts = await desk_counts(connection)

    assert [row.id for row in page.rows] == list(range(400, 350, -1))
    assert page.rows[0].steps == {"payment": "done", "invoice": "done", "receipt": "done"}
    assert {row.pieces for row in page.rows} == {1, 2}
    assert (counts.all, counts.needs_person) == (400, 2)  # a failed payment, a dead step
    assert page.next is not None
    assert (await count(database, "order_lines"), await count(database, "steps")) == (600, 1200)
