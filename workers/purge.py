"""The nightly job `purge`: old rows go, a batch at a time, so that the shop never waits for it.

Orders stay; but once they are over, they forget the shoppers whose accounts were deleted.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from shared.queries.erasing import forget_shoppers
from shared.queries.old_rows import KINDS, OldRows, delete_old
from workers.tools import Tools

logger = logging.getLogger(__name__)

BATCH = 500  # rows a statement: a few milliseconds
MOST_BATCHES = 400  # of a kind and a night; what is left goes the next night
PAUSE_S = 0.01  # between two batches, for everybody else


async def purge(tools: Tools) -> dict[str, int]:
    """Erase what is old and return how many rows went (of orders: forgot), by table; safe to repeat and to cut off."""
    gone = {kind.table: await _purge_kind(tools, kind) for kind in KINDS}
    gone["orders"] = await _in_batches(lambda: tools.database.retrying(lambda each: forget_shoppers(each, BATCH)))
    logger.info("old rows erased: %s", ", ".join(f"{count} {table}" for table, count in gone.items()))
    return gone


async def _purge_kind(tools: Tools, kind: OldRows) -> int:
    async def batch() -> int:
        async with tools.database.writer() as connection:
            return await delete_old(connection, kind, BATCH)

    return await _in_batches(batch)


async def _in_batches(batch: Callable[[], Awaitable[int]]) -> int:
    total = 0
    for _ in range(MOST_BATCHES):
        gone = await batch()
        total += gone
        if gone < BATCH:
            break
        await asyncio.sleep(PAUSE_S)
    return total
