"""A message that was refused is noted on its order, so that a person sees it within a minute.

The transport refuses in a worker's main process, which has no event loop and must not wait: a thread of its own notes
the refusal, with a connection that it opens for it.
"""

import asyncio
import logging
import queue
import threading
import time

from shared import log
from shared.db import Database
from shared.errors import Unavailable
from shared.queries.refused import note_refusal

logger = logging.getLogger(__name__)

MOST_WAITING = 200  # refusals; on a flood the log has the rest
PAUSE_S = 1.0  # before a database that was away is tried again

Refusal = tuple[str, str, str]  # queue, the order's number, reason


async def note_refused(database: Database, queue_name: str, number: str, reason: str) -> None:
    """Note it on the order, if there is such an order."""
    async with database.transaction() as connection:
        if not await note_refusal(connection, number, f"on the queue {queue_name}: {reason}"):
            logger.warning("there is no order %s", number)


class RefusalNotes:
    """What a worker's transport calls; returns at once and never raises."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._waiting: queue.Queue[Refusal] = queue.Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None

    def __call__(self, queue_name: str, order_number: str | None, reason: str) -> None:
        if order_number is None:
            return
        try:
            self._waiting.put_nowait((queue_name, order_number, reason))
        except queue.Full:
            logger.warning("too many refusals at once; order %s does not tell of its own", order_number)
            return
        # Begun with the first refusal, long after the worker made its children: a thread does not survive a fork.
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="refusals", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            refusal = self._waiting.get()
            with log.bind(order_number=refusal[1]):
                while not self._is_noted(refusal):
                    time.sleep(PAUSE_S)

    def _is_noted(self, refusal: Refusal) -> bool:
        """Whether there is nothing left to do; a database that is away comes back, any other fault stays."""
        try:
            asyncio.run(self._note(refusal))
        except Unavailable as error:
            logger.warning("the refusal is not noted yet: %s", error)
            return False
        except Exception:
            logger.exception("the refusal is not noted")
        return True

    async def _note(self, refusal: Refusal) -> None:
        database = Database(self._url, pool_size=1)
        try:
            await note_refused(database, *refusal)
        finally:
            await database.close()
