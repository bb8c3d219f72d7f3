"""The back office's list at a million orders, beside reading one order's row by its number."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC
from statistics import median

from bench.million import ORDERS, million_orders
from bench.rows import Row, less_is_better
from shared.connection import Reads
from shared.db import Database
from shared.queries.desk import EPOCH, DeskSearch, desk_page
from storefront.view_counts import ViewCounts

ROUNDS = 15  # fewer when they take too long
PATIENCE_S, LEAST = 20, 3
TARGET = 0.2
SEARCHES = {
    "staff-first": DeskSearch(),
    "staff-status": DeskSearch(order_status="completed"),
    "staff-status-rare": DeskSearch(order_status="on_hold"),
    "staff-payment": DeskSearch(payment_status="failed"),
    "staff-fulfillment": DeskSearch(fulfillment_status="unfulfilled"),
    "staff-person": DeskSearch(needs_person=True),
    "staff-email": DeskSearch(q="robin.1999"),
}

Look = Callable[[Reads], Awaitable[object]]


async def measure_staff_list() -> list[Row]:
    async with million_orders() as database:
        middle = await _middle(database)
        searches = {
            **SEARCHES,
            "staff-deep": DeskSearch(after=middle["cursor"]),
            "staff-number": DeskSearch(q=middle["number"]),
        }
        counts = ViewCounts()
        looks: dict[str, Look] = {name: _looking(search, counts) for name, search in searches.items()}
        times = await _in_turns(database, {"one row": _one_row(middle["number"]), **looks})
    return [less_is_better(name, times[name], "ms", limit=times["one row"], target=TARGET) for name in searches]


def _looking(search: DeskSearch, counts: ViewCounts) -> Look:
    """As the page's handler does it."""

    async def look(connection: Reads) -> None:
        await desk_page(connection, search)
        await counts.read(connection)

    return look


def _one_row(number: str) -> Look:
    return lambda connection: connection.row("SELECT * FROM orders WHERE number = %s", (number,))


async def _middle(database: Database) -> dict[str, str]:
    """The number of the order in the middle, and the cursor of the page that begins behind it."""
    async with database.reader() as connection:
        row = await connection.row("SELECT id, number, placed_at FROM orders WHERE id = %s", (ORDERS // 2,))
    assert row is not None
    micros = round((row["placed_at"].replace(tzinfo=UTC) - EPOCH).total_seconds() * 1e6)
    return {"number": row["number"], "cursor": f"{micros}-{row['id']}"}


async def _in_turns(database: Database, looks: dict[str, Look]) -> dict[str, float]:
    """The median of each, in milliseconds, without the first round, which only warms."""
    times: dict[str, list[float]] = {name: [] for name in looks}
    end = time.monotonic() + PATIENCE_S
    async with database.reader() as connection:
        for turn in range(ROUNDS):
            if turn >= LEAST and time.monotonic() > end:
                break
            for name, look in looks.items():
                began = time.perf_counter()
                await look(connection)
                times[name].append(1000 * (time.perf_counter() - began))
    return {name: median(each[1:]) for name, each in times.items()}
