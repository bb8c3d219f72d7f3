"""What every operators' command has at hand, and how it ends: 0 good, 1 refused, 2 it cannot look."""

import asyncio
import logging
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared.catalogue_news import CatalogueNews
from shared.db import Database
from shared.errors import Conflict, ShopError, Unavailable
from shared.messages import Message
from shared.queries.steps import note_published
from shared.queue import Publisher, SqsPublisher
from shared.settings import Settings, SettingsError, load_settings
from workers.operators.dead_queues import DeadQueues
from workers.operators.screens import escaped

logger = logging.getLogger(__name__)

WHO = "operator"  # in the events of what these commands did


class WrongUse(Exception):
    """The command line asks for something that cannot be done; the sentence says what can."""


@dataclass(frozen=True, kw_only=True)
class Office:
    settings: Settings
    database: Database
    publisher: Publisher
    dead: DeadQueues

    async def announce(self, messages: Sequence[Message]) -> None:
        """Send messages after their commit; what SQS does not take now, the sweep sends."""
        try:
            sent = await self.publisher.announce(messages)
            async with self.database.writer() as connection:
                await note_published(connection, sent, self.settings.step_deadline_s)
        except Exception:
            logger.exception("not announced now, so the sweep will")

    async def close(self) -> None:
        await self.publisher.close()
        self.dead.close()
        await self.database.close()


def open_office(settings: Settings) -> Office:
    return Office(
        settings=settings,
        database=Database(settings.database_writer_url, pool_size=4, news=CatalogueNews(settings.redis_url)),
        publisher=SqsPublisher(settings),
        dead=DeadQueues(settings),
    )


def attend(work: Callable[[Office], Awaitable[None]]) -> int:
    """Do the work of a command and return its exit code; what stops it is one sentence on standard error."""
    try:
        asyncio.run(_attend(work, load_settings()))
    except SettingsError as error:
        return _refuse(f"settings: {error}", 2)
    except (WrongUse, Unavailable) as error:
        return _refuse(str(error), 2)
    except ShopError as error:
        return _refuse(error.detail, 1)
    except KeyboardInterrupt:
        return 1
    except Exception:  # a fault of ours is no refusal, and Python's own code for it would say so
        traceback.print_exc()
        return 2
    return 0


async def _attend(work: Callable[[Office], Awaitable[None]], settings: Settings) -> None:
    office = open_office(settings)
    try:
        await work(office)
    finally:
        await office.close()


def make_sure(question: str, unasked: str) -> None:
    """Ask whoever sits at the terminal.

    Args:
        unasked: the command that does not ask.
    Raises:
        WrongUse: nobody sits there; Conflict: the answer was another than yes.
    """
    if not sys.stdin.isatty():
        raise WrongUse(f"there is no terminal to ask at. Say that you are sure: {unasked}")
    sys.stderr.write(f"{escaped(question)} Type yes: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise Conflict("nothing was done")


def _refuse(sentence: str, code: int) -> int:
    sys.stderr.write(f"shop: {sentence}\n")
    return code
