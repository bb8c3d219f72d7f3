"""The dead-letter queues: read without keeping messages from anybody, one sent back to its queue or deleted.

SQS gives messages only to those who receive them, and hides them meanwhile: what is read is shown again at once, and
after HIDDEN_S if we die. Dead-letter queues have no redrive policy, so being received often costs no message anything.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from shared.errors import NotFound, Unavailable
from shared.settings import Settings
from shared.sqs import Depth, Queues, SqsClient

HIDDEN_S = 20  # longer than reading a queue takes, and than sending one message on
WAIT_S = 1  # a long poll asks all of SQS's servers; a short one (SQS_WAIT_S=0) may miss messages
BATCH = 10
LIMIT = 1000  # messages of one queue that one command looks at
DEAD = "-dead"


@dataclass(frozen=True, kw_only=True)
class DeadMessage:
    """A message as SQS gave it; `queue` is the one it was made for, attributes are those the sender put on it."""

    queue: str
    id: str
    body: str = field(repr=False)
    attributes: Mapping[str, Any]
    sent_at: datetime
    receipt: str


class DeadQueues:
    def __init__(self, settings: Settings) -> None:
        self.names = tuple(settings.queue_urls)
        dead = {f"{name}{DEAD}": f"{url}{DEAD}" for name, url in settings.queue_urls.items()}
        self._settings = replace(settings, queue_urls={**settings.queue_urls, **dead})
        self._sqs = SqsClient(self._settings, threads=len(self.names))

    async def depths(self) -> Mapping[str, Depth]:
        """How many messages each queue and, under NAME-dead, its dead-letter queue holds.

        Raises:
            Unavailable: SQS is away, or says no.
        """
        queues = Queues(self._settings)
        try:
            return await queues.depths()
        except Exception as error:  # botocore's tree has no root of its own
            raise _away(error) from error
        finally:
            queues.close()

    async def messages(self) -> list[DeadMessage]:
        """All messages of all dead-letter queues, at most LIMIT of each; all are visible again afterwards."""
        found = await asyncio.gather(*(self._receive_all(name) for name in self.names))
        for name, messages in zip(self.names, found, strict=True):
            await self._show_again(name, messages)
        return [message for messages in found for message in messages]

    @asynccontextmanager
    async def held(self, queue: str, message_id: str) -> AsyncIterator[DeadMessage]:
        """One message, hidden from others for as long as the block takes, if that is less than HIDDEN_S.

        Raises:
            NotFound: no such message (any more).
        """
        messages = await self._receive_all(queue) if queue in self.names else []
        wanted = [message for message in messages if message.id == message_id]
        await self._show_again(queue, [message for message in messages if message.id != message_id])
        if not wanted:
            raise NotFound(f"There is no such message among the dead ones: {queue}/{message_id}")
        try:
            yield wanted[0]
        finally:
            await self._show_again(queue, wanted)  # changes nothing once it is deleted

    async def send_again(self, message: DeadMessage) -> None:
        """Put the same body, with the same attributes, into the queue it was made for."""
        attributes = {"MessageAttributes": dict(message.attributes)} if message.attributes else {}
        await self._call("send_message", message.queue, MessageBody=message.body, **attributes)

    async def delete(self, message: DeadMessage) -> None:
        await self._call("delete_message", message.queue + DEAD, ReceiptHandle=message.receipt)

    def close(self) -> None:
        self._sqs.close()

    async def _receive_all(self, queue: str) -> list[DeadMessage]:
        found: dict[str, DeadMessage] = {}
        while len(found) < LIMIT and (batch := await self._receive(queue)):
            found |= {message.id: message for message in batch}
        return list(found.values())

    async def _receive(self, queue: str) -> list[DeadMessage]:
        answer = await self._call(
            "receive_message",
            queue + DEAD,
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=HIDDEN_S,
            WaitTimeSeconds=min(WAIT_S, self._settings.sqs_wait_s),
            AttributeNames=["SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        return [_message(queue, raw) for raw in answer.get("Messages", [])]

    async def _show_again(self, queue: str, messages: Sequence[DeadMessage]) -> None:
        for start in range(0, len(messages), BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": message.receipt, "VisibilityTimeout": 0}
                for number, message in enumerate(messages[start : start + BATCH])
            ]
            await self._call("change_message_visibility_batch", queue + DEAD, Entries=entries)

    async def _call(self, operation: str, queue: str, **parameters: object) -> Any:
        try:
            return await self._sqs.call(operation, queue, **parameters)
        except Exception as error:  # botocore's tree has no root of its own
            raise _away(error) from error


def _away(error: Exception) -> Unavailable:
    return Unavailable(f"SQS does not do it: {error}")


def _message(queue: str, raw: Mapping[str, Any]) -> DeadMessage:
    sent_at = datetime.fromtimestamp(int(raw["Attributes"]["SentTimestamp"]) / 1000, UTC)
    attributes = raw.get("MessageAttributes", {})
    return DeadMessage(
        queue=queue,
        id=raw["MessageId"],
        body=raw["Body"],
        attributes=attributes,
        sent_at=sent_at,
        receipt=raw["ReceiptHandle"],
    )
