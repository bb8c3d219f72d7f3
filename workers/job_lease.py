"""Holding a job for as long as it takes: its lease is renewed every third of its life."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from shared.queries import jobs
from shared.queries.jobs import HeldJob
from workers.tools import Tools

logger = logging.getLogger(__name__)


@asynccontextmanager
async def renewed(tools: Tools, held: HeldJob) -> AsyncIterator[None]:
    """Renew the lease every third of its life, for as long as the job takes."""
    renewing = asyncio.create_task(_renew(tools, held))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing


async def _renew(tools: Tools, held: HeldJob) -> None:
    lease_s = tools.settings.step_lease_s
    while True:
        await asyncio.sleep(lease_s / 3)
        try:
            async with tools.database.writer() as connection:
                await jobs.renew(connection, held, lease_s)
        except Exception as error:  # the next third may do better, and the end of the job checks the lease anyway
            logger.warning("the lease of the job %s was not renewed: %s", held.name, error)
