"""Sending messages to SQS in batches, after the commit, without anybody waiting for it.

Nothing here raises for a queue that is away: what was not sent is announced by the sweep of the worker tier.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Protocol

from shared import crash, log
from shared.circuit import Circuit
from shared.messages import Message, envelope
from shared.settings import Settings
from shared.sqs import SqsClient

logger = logging.getLogger(__name__)

BATCH = 10  # messages: SQS takes no more in one request
THREADS = 4
WAITING = 1000  # messages that may wait for a thread; the sweep sends what comes on top
CLOSE_S = 3  # how long a stopping process still sends: one attempt with its time-outs

Published = Callable[[Sequence[Message]], Awaitable[None]]


class Publisher(Protocol):
    def announce_soon(self, messages: Sequence[Message]) -> None:
        """Send after the answer to the shopper; returns at once and never raises."""
        ...

    async def announce(self, messages: Sequence[Message]) -> list[Message]:
        """Send now and return the messages that SQS took."""
        ...

    async def close(self) -> None: ...


class SqsPublisher:
    """Sends messages in batches: what arrives while all threads are busy travels together.

    Args:
        on_published: is awaited with the messages that SQS took after `announce_soon`.
        waiting: how many messages `announce_soon` keeps at most.
        circuit: see SqsClient.
    """

    def __init__(
        self,
        settings: Settings,
        on_published: Published | None = None,
        waiting: int = WAITING,
        circuit: Circuit | None = None,
    ) -> None:
        self._sqs = SqsClient(settings, THREADS, circuit)
        self._on_published = on_published
        self._limit = waiting
        self._waiting: deque[Message] = deque()
        self._senders: set[asyncio.Task[None]] = set()

    async def warm(self) -> None:
        """Make the client and its first connection before the first shopper waits for them."""
        try:
            await self._sqs.call("get_queue_attributes", "orders", AttributeNames=["QueueArn"])
        except Exception as error:
            logger.warning("SQS does not answer yet: %s", error)

    def announce_soon(self, messages: Sequence[Message]) -> None:
        if len(self._waiting) + len(messages) > self._limit:
            _tell_of_loss(messages, "too many messages wait")
            return
        self._waiting.extend(messages)
        batches = math.ceil(len(self._waiting) / BATCH)
        for _ in range(min(batches, THREADS - len(self._senders))):
            self._start_sender()

    async def announce(self, messages: Sequence[Message]) -> list[Message]:
        sent = await asyncio.gather(*(self._send(batch) for batch in _batches(messages)))
        return [message for batch in sent for message in batch]

    async def close(self) -> None:
        """Send what waits, for CLOSE_S at most."""
        if self._senders:
            await asyncio.wait(self._senders, timeout=CLOSE_S)
        for sender in self._senders:
            sender.cancel()
        _tell_of_loss(self._waiting, "this process stops")
        self._waiting.clear()
        self._sqs.close()

    def _start_sender(self) -> None:
        """A sender has no request of its own, so its log lines carry none of this request's ids."""
        try:
            sender = asyncio.get_running_loop().create_task(self._send_waiting(), context=Context())
        except RuntimeError:
            logger.exception("not announced now, so the sweep will")
            return
        self._senders.add(sender)
        sender.add_done_callback(self._senders.discard)

    async def _send_waiting(self) -> None:
        while self._waiting:
            queue = self._waiting[0].queue
            batch: list[Message] = []
            while self._waiting and self._waiting[0].queue == queue and len(batch) < BATCH:
                batch.append(self._waiting.popleft())
            sent = await self._send(batch)
            await self._note(sent)

    async def _note(self, sent: Sequence[Message]) -> None:
        try:
            if sent and self._on_published:
                await self._on_published(sent)
                crash.here("publish.after_note")
        except Exception:
            logger.exception("sent, but not noted; the sweep will send it again")

    async def _send(self, batch: Sequence[Message]) -> list[Message]:
        """Send up to BATCH messages of one queue, and return those that SQS took."""
        entries = [{"Id": str(number), "MessageBody": envelope(message)} for number, message in enumerate(batch)]
        crash.here("publish.before_send")
        try:
            answer = await self._sqs.call("send_message_batch", batch[0].queue, Entries=entries)
        except asyncio.CancelledError:
            _tell_of_loss(batch, "this process stops")
            raise
        except Exception as error:
            _tell_of_loss(batch, f"SQS took nothing: {error}")
            return []
        crash.here("publish.after_send")
        taken = {int(entry["Id"]) for entry in answer.get("Successful", [])}
        _tell_of_loss([message for number, message in enumerate(batch) if number not in taken], "SQS refused it")
        return [batch[number] for number in sorted(taken)]


def _batches(messages: Sequence[Message]) -> list[Sequence[Message]]:
    by_queue: dict[str, list[Message]] = {}
    for message in messages:
        by_queue.setdefault(message.queue, []).append(message)
    return [waiting[start : start + BATCH] for waiting in by_queue.values() for start in range(0, len(waiting), BATCH)]


def _tell_of_loss(messages: Sequence[Message], why: str) -> None:
    for message in messages:
        with log.bind(request_id=message.headers.get("request_id"), order_number=message.headers.get("order_number")):
            logger.warning("step %d is not announced now, so the sweep will: %s", message.step_id, why)
