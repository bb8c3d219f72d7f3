"""Stock: one conditional statement decides who gets the last piece."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from shared.db import EVERYTHING, Connection, Statement
from shared.domain.availability import availability


@dataclass(frozen=True)
class StockMove:
    """A change of stock and its reason; ref is e.g. the order's number. One of a load run changes only its pool."""

    sku: str
    reason: str
    ref: str
    delta: int
    test_run: str | None = None


def taking(sku: str, quantity: int, price_cents: int) -> Statement:
    """Takes pieces off the shelf at the price that was shown, and gives what is left to LAST_INSERT_ID().

    Finds no row if there are too few, or the price is another. Callers take their lines in SKU order, so that two
    orders never wait for each other crosswise.
    """
    return Statement(
        "UPDATE variants SET stock = LAST_INSERT_ID(stock - %s) "
        "WHERE sku = %s AND stock >= %s AND price_cents = %s AND withdrawn_at IS NULL",
        (quantity, sku, quantity, price_cents),
    )


async def record_moves(connection: Connection, moves: Sequence[StockMove]) -> None:
    """Write the stock ledger in one statement; the same reason and ref of a SKU twice breaks a UNIQUE key."""
    if moves:
        await connection.execute(*moving(moves))


def moving(moves: Sequence[StockMove]) -> Statement:
    """Writes the stock ledger; there must be a move."""
    rows = ", ".join(["(%s, %s, %s, %s, %s, UTC_TIMESTAMP(6))"] * len(moves))
    return Statement(
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
    """Say which pages show another stock than before."""
    for what in outdated(sku, was, now):
        connection.makes_stale(what)


def outdated(sku: str, was: int, now: int) -> set[str]:
    """What shows another stock than before: the style's own pages, and lists where it sold out or came back."""
    if availability(was) == availability(now):
        return set()
    return {EVERYTHING if 0 in (was, now) else sku}
