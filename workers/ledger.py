"""Carrying out one step of an order, once, however often its message arrives.

Claim it with a lease, do the work while the lease is renewed, and end it in one transaction together with what it made
and with the next step's outbox row. Whoever lost the lease rolls back. What fails comes back later; the sweep announces
it, never Celery.
"""

import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from shared import crash, log
from shared.db import Connection
from shared.domain.numbers import is_of_a_run
from shared.domain.retries import backoff_s
from shared.messages import Message
from shared.queries import steps
from shared.queries.attention import note_attention
from shared.queries.payments import lock_order_by_id
from shared.queries.placing import insert_event
from shared.queries.steps import Claim
from workers.leases import renewed
from workers.tools import Tools

logger = logging.getLogger(__name__)

Write = Callable[[Connection], Awaitable[Sequence[Message]]]


@dataclass(frozen=True)
class Done:
    """The work is done; `write` records it in the transaction that ends the step and returns the next messages."""

    write: Write


@dataclass(frozen=True)
class NotOurTurn:
    """An answer, no fault: look again after a while. `write` may record something."""

    why: str
    again_after_s: float
    write: Write | None = None


StepWork = Callable[[Tools, Claim], Awaitable[Done | NotOurTurn]]


class Hopeless(Exception):
    """Trying again cannot help: the step is dead, and a person must look."""


class LeaseLost(Exception):
    """Another process has taken this step over; what we did is rolled back."""


class NoSuchStep(Exception):
    """The ledger has no such step: its message is nobody's, and belongs into the dead-letter queue."""


async def carry_out(tools: Tools, work: StepWork, step_id: int) -> None:
    """Do one step if it is ours to do; never raises for what the ledger can record.

    Raises:
        NoSuchStep: nothing can be recorded.
    """
    async with tools.database.writer() as connection:
        held = await steps.claim(connection, step_id, tools.settings.step_lease_s)
        is_gone = held is None and not await steps.exists(connection, step_id)
    if is_gone and is_of_a_run(log.bound("order_number") or ""):
        logger.info("step %d went with its load run", step_id)
        return
    if is_gone:
        raise NoSuchStep(f"there is no step {step_id}")
    if held is None:
        logger.info("step %d is done, or somebody else has it", step_id)
        return
    crash.here("step.after_claim")
    try:
        async with renewed(f"step {step_id}", tools.settings.step_lease_s, lambda: _renew(tools, held)):
            messages = await _conclude(tools, held, await work(tools, held))
    except LeaseLost:
        logger.warning("step %d was taken over meanwhile", step_id)
    except Hopeless as error:
        await _bury(tools, held, str(error))
    except Exception as error:
        logger.exception("step %d (%s) failed", step_id, held.step)
        await _retry(tools, held, error)
    else:
        crash.here("step.after_finish")
        logger.info("step %d (%s) carried out", step_id, held.step)
        await tools.announce(messages)


async def _conclude(tools: Tools, held: Claim, result: Done | NotOurTurn) -> Sequence[Message]:
    crash.here("step.before_finish")

    async def end(connection: Connection) -> Sequence[Message]:
        await lock_order_by_id(connection, held.order_id)
        if isinstance(result, Done):
            _still_ours(await steps.finish(connection, held))
            crash.here("step.before_commit")
            return await result.write(connection)
        _still_ours(await steps.put_back(connection, held, "waiting", result.why, result.again_after_s))
        return await result.write(connection) if result.write else ()

    return await tools.database.retrying(end)


def _still_ours(found: bool) -> None:
    if not found:
        raise LeaseLost


async def _retry(tools: Tools, held: Claim, error: Exception) -> None:
    again_after_s = backoff_s(held.attempt, held.age_s, random.random)
    why = f"{type(error).__name__}: {error}"
    if again_after_s is None:
        await _bury(tools, held, why)
        return
    crash.here("step.before_retry")
    async with tools.database.writer() as connection:
        await steps.put_back(connection, held, "retrying", why, again_after_s)


async def _bury(tools: Tools, held: Claim, why: str) -> None:
    logger.error("step %d (%s) is dead: %s", held.step_id, held.step, why)

    async def write(connection: Connection) -> None:
        await lock_order_by_id(connection, held.order_id)
        _still_ours(await steps.put_back(connection, held, "dead", why, 0))
        await note_attention(connection, held.order_id, f"The step {held.step} failed for good.")
        await insert_event(connection, held.order_id, f"{held.step}.dead", why=why[:200])

    with suppress(LeaseLost):
        await tools.database.retrying(write)


async def _renew(tools: Tools, held: Claim) -> None:
    async with tools.database.writer() as connection:
        await steps.renew(connection, held, tools.settings.step_lease_s)


async def nothing(_: Connection) -> Sequence[Message]:
    """For a `Done` that has nothing to record."""
    return ()
