"""The writer's clock as this process knows it, kept up to date by beating on the writer.

A moment of that clock is the mark of a write: a server at which a later beat has arrived shows what was written before.
"""

import asyncio
import logging
import math
import time

from pymysql.err import MySQLError

from shared.errors import Unavailable
from shared.pool import Pool, calm
from shared.queries.heartbeats import beat
from shared.server import Server

BEAT_S = 2.0  # how long a beat may take
OLD_S = 30.0  # a clock that was read longer ago is read again before it is relied on
APART_S = 0.1  # the clocks of a writer and of the one that takes its place may differ by so much

logger = logging.getLogger(__name__)


class Pulse:
    """Beats, and knows the time at the writer. In a process that does not beat all the time, it does when asked."""

    def __init__(self, writer: Server) -> None:
        self._pool = Pool(writer, 1)
        self.newest = 0.0  # beat that is known to be committed
        self._ahead = math.inf  # what to add to our monotonic clock, at most, to have the writer's
        self._read_at = -math.inf

    async def beat(self) -> None:
        """Beat, unless the writer is away, or cannot: a write that is done fails for nobody because of its mark."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(BEAT_S), calm(self._pool) as connection:
                told = await beat(connection)
        except (Unavailable, TimeoutError):
            return
        except MySQLError as error:
            logger.warning("no heartbeat: %s", error)
            return
        self.newest, self._ahead, self._read_at = told.newest, told.now - begun, begun

    def at(self, moment: float) -> float:
        """The time at the writer when our monotonic clock showed this, or a little later; inf if it is not known.

        A moment that never was, -inf, is before everything.
        """
        return moment if moment == -math.inf else moment + self._ahead + APART_S

    async def now(self) -> float:
        """The time at the writer, or a little later; inf if it is not to be had."""
        if time.monotonic() - self._read_at > OLD_S:
            await self.beat()
        return self.at(time.monotonic())

    async def close(self) -> None:
        await self._pool.close()
