"""Orders placed and worked on without a queue in between: what a worker would do, done here at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count as counting
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shared.db import Database
from shared.gateway import InvoiceGateway
from shared.media import Media
from shared.messages import Message
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_number
from shared.services.order_commands import Command
from shared.services.returns import ReturnRequest
from shared.settings import Settings
from tests.factories import add_variant, place
from tests.fakes import ListPublisher, MemoryCards, MemoryMailer
from workers.ledger import carry_out
from workers.steps import WORK
from workers.tools import Tools

_numbers = counting(1)


@dataclass
class Bench:
    """A worker's tools with a memory, and the orders on it."""

    tools: Tools
    cards: MemoryCards = field(default_factory=MemoryCards)
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    publisher: ListPublisher = field(default_factory=ListPublisher)

    @property
    def database(self) -> Database:
        return self.tools.database

    async def order(self, quantities: Mapping[str, int], **changes: Any) -> str:
        """Place an order of variants that are there and leave its message; returns its number."""
        n = next(_numbers)
        placed = await place(self.database, quantities, cart_id=f"cart-{n}", key=f"key-{n}", **changes)
        self.publisher.announce_soon(placed.messages)
        return placed.order.number

    async def placed(self, sku: str = "WC14-NAV-M", pieces: int = 2, **changes: Any) -> str:
        """An order of one variant, made for it, whose first steps are done."""
        await add_variant(self.database, sku=sku, price_cents=10000)
        number = await self.order({sku: pieces}, **changes)
        await self.work()
        return number

    async def work(self, messages: tuple[Message, ...] = ()) -> None:
        """Carry out every message that was announced, and those that follow."""
        self.publisher.announce_soon(messages)
        while self.publisher.sent:
            message = self.publisher.sent.pop(0)
            await carry_out(self.tools, WORK[message.task], message.step_id)

    async def look(self, number: str) -> OrderView:
        async with self.database.writer() as connection:
            return await order_by_number(connection, number)

    async def make_due(self) -> None:
        """Let the time of every next try come."""
        async with self.database.writer() as connection:
            await connection.execute(
                "UPDATE steps SET next_retry_at = NULL, due_at = UTC_TIMESTAMP(6) WHERE state NOT IN ('done', 'dead')"
            )

    def told(self) -> list[str]:
        """The kinds of the mails that went out, in order."""
        return [str(mail["Message-ID"]).lstrip("<").split(".")[0] for mail in self.mailer.taken]


def open_bench(settings: Settings, database: Database, media: Path) -> Bench:
    cards, mailer, publisher = MemoryCards(), MemoryMailer(), ListPublisher()
    tools = Tools(
        settings=settings,
        database=database,
        gateways={"invoice": InvoiceGateway(), "card": cards},
        mailer=mailer,
        media=Media(media),
        publisher=publisher,
    )
    return Bench(tools, cards, mailer, publisher)


def staff(key: str = "") -> Command:
    """A command of a staff member, under a key of its own unless one is given."""
    return Command(key or f"key-{next(_numbers)}", "manager@example.com")


def now() -> datetime:
    """By the shop's clock."""
    return datetime.now(ZoneInfo("Europe/Berlin"))


def asked(pieces: Mapping[str, int], reason: str) -> ReturnRequest:
    """A return that is announced now."""
    return ReturnRequest(pieces=dict(pieces), reason=reason, at=now())


def shopper(key: str = "") -> Command:
    return Command(key or f"key-{next(_numbers)}", "shopper")
