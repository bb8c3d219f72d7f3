"""Commands on an order: one transaction each, under the order's lock, once for each key.

The pure rules stand in shared/domain (`fulfilling`, `canceling`, `returning`); here the change is written with its
event and the steps that follow. Messages are sent by the caller after the commit.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from shared.db import Connection, Database
from shared.domain.book import Book, Pieces, changed
from shared.errors import FieldError, Invalid, NotFound
from shared.messages import Message
from shared.queries.book import Locked, lock_book
from shared.queries.book_changes import Written, write_book
from shared.queries.commands import begin_command
from shared.queries.payments import lock_order
from shared.queries.placing import insert_event
from shared.queries.stock import StockMove, record_moves
from shared.services.order_steps import NextSteps
from shared.services.shelves import put_back

SHOP, SHOPPER = "shop", "shopper"


@dataclass(frozen=True)
class Command:
    """Who wants something, under which key: the same key again does nothing twice.

    Attributes:
        key: 1..128 printable ASCII characters, made by the form.
        who: a staff member's e-mail address, or SHOPPER, or SHOP.
    """

    key: str
    who: str


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A command's time with the locked order."""

    connection: Connection
    locked: Locked
    who: str
    steps: NextSteps

    @property
    def book(self) -> Book:
        return self.locked.book

    async def write(self, after: Book) -> Written:
        """Check the moves and write them.

        Raises:
            IllegalMove: an axis cannot go there.
        """
        checked = changed(self.book, after)
        written = await write_book(self.connection, self.locked, checked, self.who)
        if checked.completed and not self.book.completed:
            await self.tell("order.completed")
        return written

    async def tell(self, what: str, why: str | None = None) -> None:
        await insert_event(self.connection, self.locked.order_id, what, self.who, why and why[:200])

    async def put_on_shelf(self, pieces: Pieces, reason: str, ref: str) -> None:
        """Put pieces back into stock, in SKU order; ref makes it happen once."""
        run = self.locked.test_run
        await put_back(self.connection, run, pieces)
        moves = [StockMove(sku, reason, ref, count, run) for sku, count in sorted(pieces.items())]
        await record_moves(self.connection, moves)


Act = Callable[[Turn], Awaitable[None]]


async def carry_out(
    database: Database, number: str, command: Command, request: tuple[str, Any], act: Act
) -> tuple[Message, ...]:
    """Lock the order, see that the key is new, act, and return the messages to send now.

    Args:
        request: the command's kind, and its arguments as JSON can write them.
    Raises:
        NotFound; OperationReused: the key was used for something else; whatever the rules refuse: nothing is changed.
    """
    kind, arguments = request
    _check_key(command.key)
    sha = hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()

    async def work(connection: Connection) -> tuple[Message, ...]:
        order_id = await lock_order(connection, number)
        if order_id is None:
            raise NotFound("There is no such order.")
        if not await begin_command(connection, order_id, command.key, kind, sha):
            return ()
        turn = await take_turn(connection, order_id, command.who)
        await act(turn)
        return tuple(turn.steps.messages)

    return await database.retrying(work)


async def take_turn(connection: Connection, order_id: int, who: str) -> Turn:
    """Lock an order and read its book, for a change that has no key of its own."""
    locked = await lock_book(connection, order_id)
    return Turn(connection=connection, locked=locked, who=who, steps=NextSteps(connection, order_id, locked.number))


def in_words(pieces: Pieces) -> str:
    """ "2 × WC14-NAV-M, 1 × …", for events."""
    return ", ".join(f"{count} × {sku}" for sku, count in sorted(pieces.items()))


def _check_key(key: str) -> None:
    if not (0 < len(key) <= 128 and key.isascii() and key.isprintable()):
        raise Invalid(errors=[FieldError("operation_id", "1 to 128 printable ASCII characters.")])
