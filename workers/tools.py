"""What the steps work with, opened once in each worker process, in its own event loop."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared import crash
from shared.catalogue_news import CatalogueNews
from shared.db import Database
from shared.gateway import CardGateway, InvoiceGateway, PaymentGateway
from shared.media import Media
from shared.messages import Message
from shared.own_writes import OwnWrites
from shared.queries.steps import note_published
from shared.queue import Publisher, SqsPublisher
from shared.redis_client import open_redis
from shared.settings import Settings
from workers.mail import Mailer, open_mailer

logger = logging.getLogger(__name__)

POOL_SIZE = 4  # connections a worker process: one task at a time, its lease renewal, and some air


@dataclass(frozen=True, kw_only=True)
class Tools:
    settings: Settings
    database: Database
    gateways: Mapping[str, PaymentGateway]
    mailer: Mailer
    media: Media
    publisher: Publisher

    async def announce(self, messages: Sequence[Message]) -> None:
        """Send messages after their commit; what SQS does not take now, the sweep sends."""
        try:
            sent = await self.publisher.announce(messages)
            if sent:
                crash.here("announce.before_note")
                async with self.database.writer() as connection:
                    await note_published(connection, sent, self.settings.step_deadline_s)
                crash.here("announce.after_note")
        except Exception:
            logger.exception("not announced now, so the sweep will: %s", [message.step_id for message in messages])

    async def close(self) -> None:
        await self.publisher.close()
        await self.database.close()


async def open_tools(settings: Settings) -> Tools:
    news = CatalogueNews(settings.redis_url)
    readers, marks = settings.database_reader_urls, OwnWrites(open_redis(settings.redis_url))
    database = Database(settings.database_writer_url, readers, POOL_SIZE, news, marks)
    return Tools(
        settings=settings,
        database=database,
        gateways={
            "invoice": InvoiceGateway(),
            "card": CardGateway(settings.payment_gateway, settings.payment_timeout_s),
        },
        mailer=open_mailer(settings, database),
        media=Media(settings.media_root),
        publisher=SqsPublisher(settings),
    )
