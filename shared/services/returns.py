"""Returns and the withdrawal from the contract. Arguments, answers and errors are those of `order_commands`."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Database
from shared.domain import returning
from shared.domain.book import Pieces
from shared.domain.canceling import newly_canceled
from shared.domain.fulfilling import packed_here
from shared.domain.moves import IllegalMove
from shared.domain.withdrawal import WITHDRAWAL_DAYS, is_return_open, is_withdrawal_open
from shared.messages import Message
from shared.queries.attention import note_attention
from shared.queries.parcels import last_arrival
from shared.services.cancellation import follow_credit, write_canceled
from shared.services.order_commands import Command, Turn, carry_out, in_words


@dataclass(frozen=True, kw_only=True)
class ReturnRequest:
    """Pieces that are to come back; reason: one of `returning.REASONS`; at: aware, in the shop's time zone."""

    pieces: Pieces
    reason: str
    at: datetime


async def request_return(
    database: Database, number: str, command: Command, request: ReturnRequest
) -> tuple[Message, ...]:
    """Announce a return: within the time of a withdrawal, faulty goods for two years."""

    async def act(turn: Turn) -> None:
        after = returning.request_return(turn.book, request.pieces, request.reason)
        if not is_return_open(request.reason, await _arrived_at(turn, request.at), request.at):
            raise IllegalMove("The time in which this could be sent back is over.")
        written = await turn.write(after)
        await turn.tell("return.requested", f"{in_words(request.pieces)}: {returning.REASONS[request.reason]}")
        await turn.steps.add("mail_return_requested", written.returns[-1])

    return await carry_out(database, number, command, ("return", [dict(request.pieces), request.reason]), act)


async def withdraw(database: Database, number: str, command: Command, at: datetime) -> tuple[Message, ...]:
    """Withdraw from the contract, from placing until 14 days after the last parcel arrived.

    Args:
        at: now, aware, in the shop's time zone.
    """

    async def act(turn: Turn) -> None:
        if not is_withdrawal_open(await _arrived_at(turn, at), at):
            raise IllegalMove(f"The {WITHDRAWAL_DAYS} days after the last parcel are over.")
        await _withdraw(turn)

    return await carry_out(database, number, command, ("withdraw", None), act)


async def _arrived_at(turn: Turn, at: datetime) -> datetime | None:
    """When the last parcel arrived, by the shop's clock."""
    arrived = await last_arrival(turn.connection, turn.locked.order_id)
    return arrived and arrived.astimezone(at.tzinfo)


async def _withdraw(turn: Turn) -> None:
    after = returning.withdraw(turn.book)
    canceled = newly_canceled(turn.book, after)
    written = await (write_canceled(turn, after, canceled) if canceled else turn.write(after))
    await turn.tell("return.withdrawn")
    if any(packed_here(turn.book).values()):
        await note_attention(turn.connection, turn.locked.order_id, "Withdrawn while packed: do not send it.")
    await turn.steps.add("mail_withdrawn", written.returns[-1] if written.returns else 0)


async def cancel_return(database: Database, number: str, command: Command, return_id: int) -> tuple[Message, ...]:
    async def act(turn: Turn) -> None:
        await turn.write(returning.cancel_return(turn.book, return_id))
        await turn.tell("return.canceled")

    return await carry_out(database, number, command, ("cancel_return", return_id), act)


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """Pieces of a return that have come back; `restock` when they can be sold again."""

    return_id: int
    pieces: Pieces
    restock: bool


async def receive(database: Database, number: str, command: Command, arrived: Arrived) -> tuple[Message, ...]:
    """Pieces came back: credited and paid back, and on the shelf again if they can be sold."""

    async def act(turn: Turn) -> None:
        after = returning.receive(turn.book, arrived.return_id, arrived.pieces)
        written = await turn.write(after)
        await turn.tell("return.received", in_words(arrived.pieces))
        if arrived.restock:
            await turn.put_on_shelf(arrived.pieces, "returned", f"{turn.locked.number}:{written.credits[-1]}")
        await turn.steps.add("mail_return_received", written.credits[-1])
        await follow_credit(turn, after, written)

    arguments = [arrived.return_id, dict(arrived.pieces), arrived.restock]
    return await carry_out(database, number, command, ("receive", arguments), act)
