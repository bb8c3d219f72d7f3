"""Where pieces are taken from and put back: the real shelf, or a load run's own pool, which is as if it were one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.db import Connection, Reads
from shared.queries import run_stock, stock
from shared.queries.catalog import Variant, variants_by_sku


async def variants_for(connection: Reads, run: str | None, skus: Sequence[str]) -> dict[str, Variant]:
    """As `variants_by_sku`, with the stock that shoppers of a run, or real ones (None), find."""
    found = await variants_by_sku(connection, skus)
    if run is None or not found:
        return found
    left = await run_stock.left_in_pool(connection, run, list(found))
    return {sku: replace(variant, stock=left.get(sku, 0)) for sku, variant in found.items()}


async def put_back(connection: Connection, run: str | None, pieces: Mapping[str, int]) -> None:
    if run is None:
        await stock.put_back(connection, pieces)
    else:
        await run_stock.put_back_into_pool(connection, run, pieces)
