"""The nightly job `purge`: old rows go, a batch at a time, so that the shop never waits for it."""

import asyncio
import logging

from shared.queries.old_rows import KINDS, OldRows, delete_old
from workers.tools import Tools

logger = logging.getLogger(__name__)

BATCH = 500  # rows a statement: a few milliseconds
MOST_BATCHES = 400  # of a kind and a night; what is left goes the next night
PAUSE_S = 0.01  # between two batches, for everybody else


async def purge(tools: Tools) -> dict[str, int]:
    """Delete what is old and return how many rows went, by table; safe to repeat and to cut off."""
    gone = {kind.table: await _purge_kind(tools, kind) for kind in KINDS}
    logger.info("old rows deleted: %s", ", ".join(f"{count} {table}" for table, count in gone.items()))
    return gone


async def _purge_kind(tools: Tools, kind: OldRows) -> int:
    total = 0
    for _ in range(MOST_BATCHES):
        async with tools.database.writer() as connection:
            gone = await delete_old(connection, kind, BATCH)
        total += gone
        if gone < BATCH:
            break
        await asyncio.sleep(PAUSE_S)
    return total
