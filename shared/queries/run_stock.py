"""The stock of load runs, beside the real one, which no statement here changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.db import Connection, Reads, Statement
from shared.queries.sql import in_list

LOT = 5000  # variants at once, so that no statement is a long one


async def fill_pool(connection: Connection, run: str, pieces: int, after_id: int = 0) -> int | None:
    """Give a lot of variants so many pieces each; returns the id to go on after, None at the end."""
    row = await connection.row(
        "SELECT MAX(id) AS last FROM (SELECT id FROM variants WHERE id > %s ORDER BY id LIMIT %s) AS lot",
        (after_id, LOT),
    )
    if row is None or row["last"] is None:
        return None
    await connection.execute(
        "INSERT INTO test_run_stock (run, sku, pool) SELECT %s, sku, %s FROM variants WHERE id > %s AND id <= %s",
        (run, pieces, after_id, row["last"]),
    )
    return int(row["last"])


async def set_pool(connection: Connection, run: str, pieces: Mapping[str, int]) -> None:
    """Give single variants another number of pieces; all of them are in the pool."""
    for sku, count in sorted(pieces.items()):
        await connection.execute("UPDATE test_run_stock SET pool = %s WHERE run = %s AND sku = %s", (count, run, sku))


async def left_in_pool(connection: Reads, run: str, skus: Sequence[str]) -> dict[str, int]:
    """Pieces left by SKU; what is not in the pool is missing."""
    rows = await connection.rows(
        "SELECT sku, CAST(pool AS SIGNED) - CAST(sold AS SIGNED) AS pieces_left FROM test_run_stock "
        f"WHERE run = %s AND sku IN ({in_list(skus)}) LIMIT %s",
        (run, *skus, len(skus)),
    )
    return {row["sku"]: int(row["pieces_left"]) for row in rows}


def taking_from_pool(run: str, sku: str, quantity: int, price_cents: int) -> Statement:
    """As `stock.taking` does from the shelf; finds no row if there are too few, or the price is another."""
    return Statement(
        "UPDATE test_run_stock p JOIN variants v ON v.sku = p.sku SET p.sold = p.sold + %s "
        "WHERE p.run = %s AND p.sku = %s AND p.sold + %s <= p.pool AND v.price_cents = %s AND v.withdrawn_at IS NULL",
        (quantity, run, sku, quantity, price_cents),
    )


async def put_back_into_pool(connection: Connection, run: str, pieces: Mapping[str, int]) -> None:
    """In SKU order, as they are taken."""
    for sku, count in sorted(pieces.items()):
        await connection.execute(
            "UPDATE test_run_stock SET sold = sold - %s WHERE run = %s AND sku = %s AND sold >= %s",
            (count, run, sku, count),
        )


@dataclass(frozen=True)
class PoolRow:
    sku: str
    pool: int
    sold: int

    @property
    def left(self) -> int:
        return self.pool - self.sold


async def touched_pool(connection: Reads, run: str, limit: int) -> list[PoolRow]:
    """The variants that a run moved, in SKU order."""
    rows = await connection.rows(
        "SELECT p.sku, p.pool, p.sold FROM test_run_stock p "
        "WHERE p.run = %s AND EXISTS (SELECT 1 FROM stock_moves m WHERE m.test_run = p.run AND m.sku = p.sku) "
        "ORDER BY p.sku LIMIT %s",
        (run, limit),
    )
    return [PoolRow(**row) for row in rows]
