# mypy: allow-untyped-calls
"""The channel: polls the queues, hands messages to Celery, deletes what was done and shows everything else again."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from kombu.asynchronous.http import get_client
from kombu.transport import SQS

from shared import crash
from workers.transport.poller import Poller
from workers.transport.refusals import Refusals
from workers.transport.visibility import FIRST_RETRY_S, Visibility, received_times, retry_after_s

logger = logging.getLogger(__name__)

ANSWER_S = 5  # how much longer than SQS waits for a message its answer may take
CREDENTIALS_S = 2  # pause after a poll that could not even be sent
LONGEST_PAUSE_S = 5.0
LOOK_S = 0.02


def pause_s(failures: int) -> float:
    """Pause after so many failed polls in a row: 0.5, 1, 2, 4, 5, 5 … s."""
    return min(LONGEST_PAUSE_S, 0.25 * 2.0 ** min(failures, 5))


class Channel(SQS.Channel):
    hub: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._first_retry_s = float(self.transport_options.get("first_retry_s", FIRST_RETRY_S))
        self._visibility = Visibility(self)
        self._refusals = Refusals(self.transport_options)
        self._polling: set[str] = set()  # queues with a poll on its way
        self._full: set[str] = set()  # queues that wait for a free child
        self._heartbeat: Any = None

    def in_hand(self) -> dict[str, Any]:
        """The messages that Celery has and has not answered yet, by receipt handle."""
        return {tag: message for tag, message in self.qos._delivered.items() if tag not in self.qos._dirty}

    def _size(self, queue: str) -> int:  # noqa: ARG002 (kombu's name and arguments)
        """Declaring a queue asks for this; a worker must start although SQS is away, so nobody is asked."""
        return 0

    # Receiving

    def asynsqs(self, queue: str | None = None) -> Poller:
        pollers: dict[str | None, Poller] = self._predefined_queue_async_clients
        if queue not in pollers:
            answer_s = self.wait_time_seconds + ANSWER_S
            pollers[queue] = Poller(answer_s, sqs_connection=self.sqs(queue), region=self.region)
        return pollers[queue]

    def basic_consume(self, *args: Any, **kwargs: Any) -> Any:
        if self._heartbeat is None and self.hub is not None:
            self._heartbeat = self.hub.call_repeatedly(self.visibility_timeout / 3, self._visibility.extend_all)
        return super().basic_consume(*args, **kwargs)

    def _schedule_queue(self, queue: str) -> None:
        """Poll, or remember to when the next task is done: kombu itself would sleep a polling interval."""
        if queue not in self._active_queues or queue in self._polling:
            return
        if not self.qos.can_consume():
            self._full.add(queue)
            return
        self._polling.add(queue)
        try:
            super()._schedule_queue(queue)
        except Exception as error:  # e.g. the role's credentials cannot be read just now
            self._polling.discard(queue)
            logger.warning("the queue %s cannot be polled now: %s", queue, error)
            self.hub.call_later(CREDENTIALS_S, self._schedule_queue, queue)

    def _go_on(self) -> None:
        while self._full and not self.closed and self.qos.can_consume():
            self._schedule_queue(self._full.pop())

    def _loop1(self, queue: str, messages_fetched: Any = None) -> None:
        failures = self.asynsqs(queue).failures
        if failures:
            self.hub.call_later(pause_s(failures), self._schedule_queue, queue)
        else:
            super()._loop1(queue, messages_fetched)

    def _on_messages_ready(self, queue_url: Any, qname: Any, messages: Any) -> Any:
        self._polling.discard(qname)
        if qname not in self.connection._callbacks:  # cancelled meanwhile: kombu hands them back
            return super()._on_messages_ready(queue_url, qname, messages)
        found = messages.get("Messages") or []
        for message in found:
            self._take(message, qname, queue_url)
        return len(found)

    def _take(self, message: dict[str, Any], queue: str, queue_url: str) -> None:
        """Hand one message to Celery; whatever is wrong with it, the next one has its turn."""
        receipt = message["ReceiptHandle"]
        crash.here("take.after_receive")
        try:
            self._refusals.check(message["Body"])
            payload = self._message_to_python(message, queue, queue_url)
            # Where it was received, not where its sender says: it is answered by this name.
            payload["properties"]["delivery_info"].update(exchange="", routing_key=queue)
            self.connection._callbacks[queue](payload)
        except Exception as error:
            self._refusals.note(message, queue, error)
            if receipt in self.in_hand():
                self.qos.ack(receipt)  # only frees its place
            self._show_later({"routing_key": queue, "sqs_queue": queue_url, "sqs_message": message}, receipt)

    # Answering

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Delete what was done; when that is refused it comes again, and the database knows that it was done."""
        crash.here("ack.before_delete")
        try:
            super().basic_ack(delivery_tag, multiple)
            crash.here("ack.after_delete")
        except Exception as error:
            logger.warning("a message was done, but not deleted: %s", error)
        self._go_on()

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: ARG002 (one rule for both)
        """Show a failed or lost task again, later and later, until the redrive policy takes it out; delete nothing."""
        message = self.in_hand().get(delivery_tag)
        if message is not None:
            crash.here("reject.before_show")
            self._show_later(message.delivery_info, delivery_tag)
        self.qos.ack(delivery_tag)
        self._go_on()

    def _show_later(self, info: Mapping[str, Any], receipt: str) -> None:
        after_s = retry_after_s(self._first_retry_s, received_times(info["sqs_message"]))
        self._visibility.change_soon(info, receipt, after_s)

    def _restore(self, message: Any) -> None:  # type: ignore[override]
        """The worker stops before it began this one: another may have it now."""
        self._visibility.show_now(message.delivery_info, message.delivery_tag)

    # Stopping

    def basic_cancel(self, consumer_tag: str) -> None:
        """Stop consuming, and wait for the poll on its way; what it brings is given back at once."""
        queue = self._tag_to_queue.get(consumer_tag)
        super().basic_cancel(consumer_tag)
        deadline = time.monotonic() + self.wait_time_seconds + 1
        while queue in self._polling and self.hub is not None and time.monotonic() < deadline:
            curl: Any = get_client(self.hub)
            curl._timeout_check()  # lets it read, as nobody runs the event loop meanwhile
            time.sleep(LOOK_S)

    def close(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        super().close()
