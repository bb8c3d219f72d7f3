"""Stock: one conditional statement decides who gets the last piece."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from shared.db import EVERYTHING, Connection
from shared.domain.availability import availability


@dataclass(frozen=True)
class StockMove:
    """A change of stock and its reason; ref is e.g. the order's number. One of a load run changes only its pool."""

    sku: str
    reason: str
    ref: str
    delta: int
    test_run: str | None = None


async def take(connection: Connection, sku: str, quantity: int, price_cents: int) -> bool:
    """Take pieces off the shelf at the price that was shown; False if there are too few, or the price is another.

    Callers take their lines in SKU order, so that two orders never wait for each other crosswise.
    """
    found, left = await connection.execute_told(
        "UPDATE variants SET stock = LAST_INSERT_ID(stock - %s) "
        "WHERE sku = %s AND stock >= %s AND price_cents = %s AND withdrawn_at IS NULL",
        (quantity, sku, quantity, price_cents),
    )
    if found:
        note_stock(connection, sku, left + quantity, left)
    return found == 1


async def record_moves(connection: Connection, moves: Sequence[StockMove]) -> None:
    """Write the stock ledger in one statement; the same reason and ref of a SKU twice breaks a UNIQUE key."""
    if moves:
        rows = ", ".join(["(%s, %s, %s, %s, %s, UTC_TIMESTAMP(6))"] * len(moves))
        await connection.execute(
            f"INSERT INTO stock_moves (sku, reason, ref, delta, test_run, at) VALUES {rows}",
            [value for move in moves for value in astuple(move)],
        )


async def put_back(connection: Connection, pieces: Mapping[str, int]) -> None:
    """Put pieces back on the shelf, in SKU order as `take` does."""
    for sku, count in sorted(pieces.items()):
        found, now = await connection.execute_told(
            "UPDATE variants SET stock = LAST_INSERT_ID(stock + %s) WHERE sku = %s", (count, sku)
        )
        if found:
            note_stock(connection, sku, now - count, now)


def note_stock(connection: Connection, sku: str, was: int, now: int) -> None:
    """Say which pages show another stock than before: the style's own, and lists where it sold out or came back."""
    if availability(was) != availability(now):
        connection.makes_stale(EVERYTHING if 0 in (was, now) else sku)
