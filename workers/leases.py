"""Holding something for as long as the work on it takes: its lease is renewed every third of its life."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

logger = logging.getLogger(__name__)

Renew = Callable[[], Awaitable[object]]


@asynccontextmanager
async def renewed(what: str, lease_s: float, renew: Renew) -> AsyncIterator[None]:
    """Call `renew` every third of lease_s while the block runs; `what` names the thing in logs."""
    renewing = asyncio.create_task(_renew_for_ever(what, lease_s, renew))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing


async def _renew_for_ever(what: str, lease_s: float, renew: Renew) -> None:
    while True:
        await asyncio.sleep(lease_s / 3)
        try:
            await renew()
        except Exception as error:  # the next third may do better, and the end of the work checks the lease anyway
            logger.warning("the lease of %s was not renewed: %s", what, error)
