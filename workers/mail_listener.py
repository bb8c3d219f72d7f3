"""Drains the queue of mail events, all the time in the worker tier's HTTP process, and just before a mail in doubt."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shared import log
from shared.db import Database
from shared.queries import mail_events
from shared.settings import Settings
from shared.sqs import SqsClient
from workers.mail import MailUnavailable
from workers.mail_events import note, read

logger = logging.getLogger(__name__)

QUEUE = "mail-events"
BATCH = 10  # messages: SQS gives no more in one answer
MOST = 500  # messages a round, so that nobody waits for ever behind a queue that fills up
WAIT_S = 1  # a wait of any length makes SQS look on all its servers; shorter than the client's time-out
PAUSE_S = 5  # between rounds: word of a mail is needed within minutes


class MailEvents:
    """The queue of events and what was told so far. Without a queue there is never any word."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.has_queue = bool(settings.mail_events_queue_url)
        self._sqs = SqsClient(replace(settings, queue_urls={QUEUE: settings.mail_events_queue_url}), threads=1)
        self._database = database

    async def is_known(self, tag: str) -> bool:
        """Whether there was word of a mail; an answer "no" comes after everything that waits in the queue was read.

        Raises:
            MailUnavailable: the queue cannot be read now, so silence means nothing.
        """
        if await self._is_noted(tag):
            return True
        await self._read_all()
        return await self._is_noted(tag)

    async def drain(self) -> int:
        """Note what waits in the queue and return how many messages were noted.

        What cannot be read stays, and the queue moves it to its dead-letter queue.

        Raises what botocore raises when SQS is away, and what the database raises: the messages come again.
        """
        seen, total = 0, 0
        while self.has_queue and seen < MOST and (messages := await self._receive()):
            noted = [message for message in messages if await self._note(message)]
            await self._delete(noted)
            seen, total = seen + len(messages), total + len(noted)
        return total

    def close(self) -> None:
        self._sqs.close()

    async def _is_noted(self, tag: str) -> bool:
        async with self._database.writer() as connection:
            return await mail_events.is_mail_known(connection, tag)

    async def _read_all(self) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            await self.drain()
        except (BotoCoreError, ClientError) as error:
            raise MailUnavailable(f"word of the mail cannot be read: {type(error).__name__}") from None

    async def _receive(self) -> Sequence[Mapping[str, Any]]:
        answer = await self._sqs.call("receive_message", QUEUE, MaxNumberOfMessages=BATCH, WaitTimeSeconds=WAIT_S)
        found: Sequence[Mapping[str, Any]] = answer.get("Messages", [])
        return found

    async def _note(self, message: Mapping[str, Any]) -> bool:
        try:
            event = read(message["Body"])
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            logger.warning("message %s is no event of a mail: %s", message["MessageId"], type(error).__name__)
            return False
        with log.bind(order_number=event.order_number):
            await self._database.retrying(lambda connection: note(connection, event))
        return True

    async def _delete(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """What is not deleted comes again and changes nothing."""
        entries = [
            {"Id": str(position), "ReceiptHandle": message["ReceiptHandle"]}
            for position, message in enumerate(messages)
        ]
        if entries:
            await self._sqs.call("delete_message_batch", QUEUE, Entries=entries)


async def listen_for_ever(events: MailEvents) -> None:
    """Drain the queue all the time, if there is one; what fails is logged and tried again."""
    while events.has_queue:
        try:
            await events.drain()
        except Exception as error:
            logger.warning("word of mails cannot be read now: %s", type(error).__name__)
        await asyncio.sleep(PAUSE_S)
