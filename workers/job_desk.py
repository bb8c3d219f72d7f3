"""The jobs that one process is at: those it was asked for, those handed over to it, and those it took over."""

import asyncio
import logging

from shared.queries import jobs
from shared.queries.jobs import HeldJob
from workers.jobs import Outcome, carry_out, claim
from workers.tools import Tools

logger = logging.getLogger(__name__)

PLACES = 4  # handed-over and taken-over jobs at once; more stay stored until there is a place
LAST_S = 2  # how long cancelled jobs may take to give themselves back


class JobDesk:
    """`close` waits for what runs, and gives back what takes longer."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._running: set[asyncio.Task[Outcome]] = set()

    async def do(self, name: str, done_key: str) -> Outcome:
        """Do a job now, unless it is done or somebody is at it; raises Unavailable when nobody can know."""
        held = await claim(self._tools, name, done_key)
        return await asyncio.shield(self._begin(held)) if held else Outcome.NOT_OURS

    async def hand_over(self, name: str, done_key: str) -> None:
        """Store a job as ours and begin it; it is safe once this returns. Raises Unavailable when it is not stored."""
        held = await claim(self._tools, name, done_key)
        if held and self._places():
            self._begin(held)
        elif held:
            async with self._tools.database.writer() as connection:
                await jobs.put_back(connection, held)

    async def take_over(self) -> int:
        """Begin what is past its time and in nobody's hands, as far as there are places; returns how many."""
        if not self._places():
            return 0
        async with self._tools.database.transaction() as connection:
            due = await jobs.take_due(connection, self._places(), self._tools.settings.step_lease_s)
        for held in due:
            logger.info("the job %s (%s) is taken over", held.name, held.done_key)
            self._begin(held)
        return len(due)

    async def take_over_for_ever(self) -> None:
        """Look every SWEEP_EVERY_S; a look that failed is logged, and the next one does its work."""
        while True:
            try:
                await self.take_over()
            except Exception:
                logger.exception("jobs were not taken over; the next look is in a moment")
            await asyncio.sleep(self._tools.settings.sweep_every_s)

    async def close(self, patience_s: float) -> None:
        """Wait for what runs, then cancel the rest, which gives itself back."""
        if self._running:
            _, left = await asyncio.wait(self._running, timeout=patience_s)
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left, timeout=LAST_S)

    def _places(self) -> int:
        return max(0, PLACES - len(self._running))

    def _begin(self, held: HeldJob) -> asyncio.Task[Outcome]:
        task = asyncio.create_task(carry_out(self._tools, held))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task
