"""The jobs of the worker tier's other door, and how one of them is carried out: once for each done-key, under a lease.

A job is safe to begin again; what it must not do twice, it guards itself. Its imports come with its first run.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

from shared import log
from shared.queries import jobs
from shared.queries.jobs import HeldJob
from workers.leases import renewed
from workers.purge import purge
from workers.sweep import sweep
from workers.tools import Tools

logger = logging.getLogger(__name__)

FIRST_RETRY_S, LONGEST_RETRY_S = 2.0, 600.0
MOST_TRIES = 10  # within about 17 minutes; then the job is dead, and the next scheduled one does its work
PUT_BACK_S = 1  # how long a stopping process may take to give a job back; otherwise its lease ends by itself

Job = Callable[[Tools], Awaitable[object]]
KeyedJob = Callable[[Tools, HeldJob], Awaitable[object]]


async def _expire(tools: Tools) -> None:
    from workers.expiry import expire_orders

    await expire_orders(tools)


async def _close_day(tools: Tools) -> None:
    from workers.closing import close_day

    await close_day(tools)


async def _audit(tools: Tools) -> None:
    from workers.audit import nightly

    await nightly(tools)


async def _account_mail(tools: Tools, held: HeldJob) -> None:
    from workers.account_mail import send_account_mail

    await send_account_mail(tools, held)


JOBS: Mapping[str, Job] = {
    "sweep": sweep,
    "expire": _expire,
    "close-day": _close_day,
    "audit": _audit,
    "purge": purge,
}
KEYED: Mapping[str, KeyedJob] = {"account-mail": _account_mail}  # their done-key says what is to be done


class Outcome(StrEnum):
    DONE = "done"
    NOT_OURS = "done already, or somebody is at it"
    FAILED = "failed"
    PUT_BACK = "put back, as this process stops"


async def claim(tools: Tools, name: str, done_key: str) -> HeldJob | None:
    """Write a job down as ours, or None when it is done or in other hands; raises Unavailable without a database."""
    lease_s = tools.settings.step_lease_s
    return await tools.database.retrying(lambda connection: jobs.claim(connection, name, done_key, lease_s))


async def _renew(tools: Tools, held: HeldJob) -> None:
    async with tools.database.writer() as connection:
        await jobs.renew(connection, held, tools.settings.step_lease_s)


async def carry_out(tools: Tools, held: HeldJob) -> Outcome:
    """Do a job that we hold. Cancelled, it gives the job back; never raises for what the job did."""
    with log.bind(task_id=f"{held.name}:{held.done_key}"):
        try:
            lease_s = tools.settings.step_lease_s
            async with renewed(f"the job {held.name}", lease_s, lambda: _renew(tools, held)):
                await _begin(tools, held)
            await _finish(tools, held)
        except asyncio.CancelledError:
            await _put_back(tools, held)
            return Outcome.PUT_BACK
        except Exception as error:
            logger.exception("the job %s failed, try %d", held.name, held.attempt)
            await _fail(tools, held, error)
            return Outcome.FAILED
        return Outcome.DONE


def retry_after_s(attempt: int) -> float | None:
    """Seconds until a failed job is taken up again, half of them random; None when it was tried often enough."""
    if attempt >= MOST_TRIES:
        return None
    whole_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** (attempt - 1))
    return whole_s / 2 + random.random() * whole_s / 2  # noqa: S311 (spreads load, guards nothing)


def is_known(name: str) -> bool:
    return name in JOBS or name in KEYED


async def _begin(tools: Tools, held: HeldJob) -> None:
    """A stored job may be of a newer release: then it fails like any other, and waits for that release."""
    if held.name in KEYED:
        await KEYED[held.name](tools, held)
    elif held.name in JOBS:
        await JOBS[held.name](tools)
    else:
        raise LookupError(f"there is no job called {held.name} here")


async def _finish(tools: Tools, held: HeldJob) -> None:
    async with tools.database.writer() as connection:
        if await jobs.finish(connection, held):
            logger.info("the job %s is done", held.name)
        else:
            logger.warning("the job %s was taken over meanwhile", held.name)


async def _fail(tools: Tools, held: HeldJob, error: Exception) -> None:
    """Record a failure; if even that fails, the lease ends by itself and the sweep takes the job over."""
    again_after_s = retry_after_s(held.attempt)
    try:
        async with tools.database.writer() as connection:
            await jobs.fail(connection, held, f"{type(error).__name__}: {error}", again_after_s)
    except Exception:
        logger.exception("the failure of the job %s was not recorded", held.name)
    if again_after_s is None:
        logger.error("the job %s is dead after %d tries", held.name, held.attempt)


async def _put_back(tools: Tools, held: HeldJob) -> None:
    try:
        async with asyncio.timeout(PUT_BACK_S), tools.database.writer() as connection:
            await jobs.put_back(connection, held)
        logger.info("the job %s is put back", held.name)
    except Exception as error:
        logger.warning("the job %s was not put back: %s", held.name, error)
