"""Polls the queue and delivers side by side, as far as there are connections."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.local.daemon.sqs import Message, Queue, SqsFault

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 10  # SQS gives no more in one answer
PAUSE_S = 1.0  # after a poll that failed
LOOK_S = 0.2

Deliver = Callable[[Message], None]


@dataclass(frozen=True, kw_only=True)
class Pace:
    """connections: deliveries at once; wait_s: of a long poll; visibility_s: longer than any delivery."""

    connections: int
    wait_s: int
    visibility_s: int


class Poller:
    """`poll_until` ends once `stopping` is set; `drain` then waits for what is being delivered."""

    def __init__(self, queue: Queue, pace: Pace, deliver: Deliver) -> None:
        self._queue, self._pace, self._deliver = queue, pace, deliver
        self._places = threading.Semaphore(pace.connections)
        self._is_well = True

    def poll_until(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            if not self._places.acquire(timeout=LOOK_S):
                continue
            places = 1
            while places < MOST_AT_ONCE and self._places.acquire(blocking=False):
                places += 1
            messages = self._receive(places, stopping)
            for _ in range(places - len(messages)):
                self._places.release()
            for message in messages:
                self._begin(message, stopping)

    def drain(self, patience_s: float) -> None:
        """Wait until every place is free, for patience_s at most."""
        deadline = time.monotonic() + patience_s
        for _ in range(self._pace.connections):
            self._places.acquire(timeout=max(0, deadline - time.monotonic()))

    def _receive(self, places: int, stopping: threading.Event) -> Sequence[Message]:
        """What there is; a queue that is away is told of once, and asked again after a pause."""
        try:
            messages = self._queue.receive(places, self._pace.wait_s, self._pace.visibility_s)
        except SqsFault as fault:
            if self._is_well:
                logger.warning("the queue %s cannot be polled: %s", self._queue.name, fault)
            self._is_well = False
            stopping.wait(PAUSE_S)
            return ()
        if not self._is_well:
            logger.info("the queue %s answers again", self._queue.name)
        self._is_well = True
        return messages

    def _begin(self, message: Message, stopping: threading.Event) -> None:
        """Deliver in a thread of its own; what the last poll brought to a stopping daemon goes back at once."""
        if stopping.is_set():
            self._give_back(message)
            self._places.release()
            return
        threading.Thread(target=self._deliver_in_place, args=(message,), daemon=True).start()

    def _deliver_in_place(self, message: Message) -> None:
        try:
            self._deliver(message)
        except Exception:
            logger.exception("message %s was not delivered", message.id)
        finally:
            self._places.release()

    def _give_back(self, message: Message) -> None:
        try:
            self._queue.show_after(message, 0)
        except SqsFault as fault:
            logger.warning("message %s was not given back: %s", message.id, fault)
