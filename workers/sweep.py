"""The sweep: what was not published is published, and what is past its deadline is announced again.

Several may run at once. The queue may forget everything; the ledger does not.
"""

import asyncio
import logging
from collections.abc import Sequence

from shared import crash
from shared.messages import Message
from shared.queries.steps import note_published, put_off, take_due
from workers.tools import Tools

logger = logging.getLogger(__name__)

BATCH = 100  # steps a transaction; more wait for the next one


async def sweep(tools: Tools) -> int:
    """Announce every step that is due, in batches, and return how many."""
    total = 0
    while True:
        async with tools.database.transaction() as connection:
            due = await take_due(connection, BATCH, tools.settings.step_deadline_s)
        crash.here("sweep.after_take")
        sent = await _announce(tools, due)
        total += len(sent)
        if len(due) < BATCH or len(sent) < len(due):
            return total


async def _announce(tools: Tools, due: Sequence[Message]) -> Sequence[Message]:
    """Send the messages, outside any transaction; what SQS did not take is due again at the next sweep."""
    sent = await tools.publisher.announce(due) if due else []
    crash.here("sweep.before_note")
    left = [message.step_id for message in due if message not in sent]
    async with tools.database.writer() as connection:
        await note_published(connection, sent, tools.settings.step_deadline_s)
        await put_off(connection, left, tools.settings.sweep_every_s)
    crash.here("sweep.after_note")
    return sent


async def sweep_for_ever(tools: Tools) -> None:
    """Sweep every SWEEP_EVERY_S; a failed sweep is logged, and the next one does its work."""
    while True:
        try:
            announced = await sweep(tools)
            if announced:
                logger.info("announced %d steps", announced)
        except Exception:
            logger.exception("this sweep failed; the next one is in %d s", tools.settings.sweep_every_s)
        await asyncio.sleep(tools.settings.sweep_every_s)
