"""Handing stored jobs to the worker tier's queue, after the commit and best effort: its sweep takes what is left."""

import asyncio
import json
import logging
from contextvars import Context

from shared.circuit import Circuit
from shared.messages import JOBS
from shared.settings import Settings
from shared.sqs import SqsClient

logger = logging.getLogger(__name__)

WAITING = 100  # hand-overs under way; more are left to the sweep
CLOSE_S = 3


class Errands:
    def __init__(self, settings: Settings, circuit: Circuit | None = None) -> None:
        self._sqs = SqsClient(settings, 1, circuit)
        self._sending: set[asyncio.Task[None]] = set()

    def hand_over_soon(self, job: str, done_key: str) -> None:
        """Send `{"job", "id"}` after the answer; returns at once and never raises."""
        if len(self._sending) >= WAITING:
            return
        body = json.dumps({"job": job, "id": done_key})
        task = asyncio.get_running_loop().create_task(self._send(body), context=Context())
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        if self._sending:
            await asyncio.wait(self._sending, timeout=CLOSE_S)
        self._sqs.close()

    async def _send(self, body: str) -> None:
        try:
            await self._sqs.call("send_message", JOBS, MessageBody=body)
        except Exception as error:
            logger.warning("a job is not handed over now, so the sweep will take it: %s", error)
