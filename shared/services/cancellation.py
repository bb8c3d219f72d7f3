"""Canceling, refunding, holding. Arguments, answers and errors are those of `order_commands`."""

from shared.db import Database
from shared.domain import canceling
from shared.domain.book import Book, Credit, Pieces
from shared.errors import FieldError, Invalid
from shared.messages import Message
from shared.queries.book_changes import Written
from shared.queries.payments import open_card_attempts
from shared.queries.steps import end_step
from shared.services.order_commands import SHOPPER, Command, Turn, carry_out, in_words

REASON_LENGTH = 200


async def cancel(
    database: Database, number: str, command: Command, pieces: Pieces | None, reason: str
) -> tuple[Message, ...]:
    """Cancel unpacked pieces, or with None the whole order while nothing is packed. A shopper cancels as a whole."""
    check_reason(reason)
    if command.who == SHOPPER and pieces is not None:
        raise Invalid(errors=[FieldError("pieces", "Only the whole order can be canceled here.")])

    async def act(turn: Turn) -> None:
        if pieces is None:
            after = canceling.cancel_all(turn.book, reason)
        else:
            after = canceling.cancel(turn.book, pieces, reason)
        await write_canceled(turn, after, canceling.newly_canceled(turn.book, after))

    arguments = [None if pieces is None else dict(pieces), reason]
    return await carry_out(database, number, command, ("cancel", arguments), act)


async def refund(
    database: Database, number: str, command: Command, amount_cents: int, reason: str
) -> tuple[Message, ...]:
    """Give money back without anything coming back, up to what was paid and kept."""
    check_reason(reason)

    async def act(turn: Turn) -> None:
        after = canceling.refund(turn.book, amount_cents, reason)
        written = await turn.write(after)
        await turn.tell("refund.decided", reason)
        await follow_credit(turn, after, written)
        if not after.credits[-1].credit_cents:  # no credit note, which has a mail of its own
            await turn.steps.add("mail_paid_back", written.credits[-1])

    return await carry_out(database, number, command, ("refund", [amount_cents, reason]), act)


async def hold(database: Database, number: str, command: Command, reason: str) -> tuple[Message, ...]:
    check_reason(reason)

    async def act(turn: Turn) -> None:
        await turn.write(canceling.hold(turn.book, reason))
        await turn.tell("order.held", reason)

    return await carry_out(database, number, command, ("hold", reason), act)


async def release(database: Database, number: str, command: Command) -> tuple[Message, ...]:
    async def act(turn: Turn) -> None:
        await turn.write(canceling.release(turn.book))
        await turn.tell("order.released")

    return await carry_out(database, number, command, ("release", None), act)


async def write_canceled(turn: Turn, after: Book, pieces: Pieces) -> Written:
    """Write a cancellation: stock back, money back, and the mail; what was never charged is let go."""
    written = await turn.write(after)
    credit_id = written.credits[-1]
    reason = after.credits[-1].reason
    await turn.put_on_shelf(pieces, "canceled", f"{turn.locked.number}:{credit_id}")
    await turn.tell("order.canceled" if after.canceled else "line.canceled", reason or in_words(pieces))
    if after.canceled:
        await let_go(turn)
    await turn.steps.add("mail_canceled", credit_id)
    await follow_credit(turn, after, written)
    return written


async def let_go(turn: Turn) -> None:
    """Nothing is to be paid any more: the payment step ends, and open card payments are given up."""
    await end_step(turn.connection, turn.locked.order_id, "payment")
    for attempt in await open_card_attempts(turn.connection, turn.locked.order_id):
        await turn.steps.ask_again("void", attempt)


async def follow_credit(turn: Turn, after: Book, written: Written) -> None:
    """The credit note and the money; an order that never was processed has no invoice to correct."""
    new: list[Credit] = [credit for credit in after.credits if not credit.id]
    for credit_id, credit in zip(written.credits, new, strict=True):
        if credit.payout_cents:
            await turn.steps.add("refund", credit_id)
        if credit.credit_cents and turn.book.settled:
            await turn.steps.add("credit_note", credit_id)


def check_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= REASON_LENGTH or not reason.isprintable():
        raise Invalid(errors=[FieldError("reason", f"Say why, in 1 to {REASON_LENGTH} characters.")])
