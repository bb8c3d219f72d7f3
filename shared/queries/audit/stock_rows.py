"""Real stock beside the sum of its ledger."""

from collections.abc import Sequence

from shared.db import Reads, Row
from shared.queries.sql import in_list


async def stock_unlike_its_moves(connection: Reads, ids: Sequence[int]) -> list[Row]:
    """sku, stock and moved of the variants whose stock is not the sum of their moves, load runs' left out."""
    return await connection.rows(
        "SELECT v.sku, v.stock, COALESCE(SUM(m.delta), 0) AS moved FROM variants v "
        f"LEFT JOIN stock_moves m ON m.sku = v.sku AND m.test_run IS NULL WHERE v.id IN ({in_list(ids)}) "
        "GROUP BY v.id, v.sku, v.stock HAVING v.stock <> moved",
        ids,
    )
