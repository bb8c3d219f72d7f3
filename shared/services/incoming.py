"""Money that comes by bank transfer, and mails that a person sends again."""

import hashlib

from shared.db import Database
from shared.domain import canceling
from shared.domain.money import euros
from shared.domain.moves import IllegalMove
from shared.messages import Message
from shared.queries.attention import note_attention
from shared.queries.payments import PaymentEvent, receive_transfer
from shared.queries.steps import last_ref
from shared.services.cancellation import check_reason
from shared.services.order_commands import Command, Turn, carry_out

MOST_RESENT = 20


async def record_payment(
    database: Database, number: str, command: Command, amount_cents: int, note: str
) -> tuple[Message, ...]:
    """Note a transfer, in part or too much; the key tells the same transfer from another one."""
    external_id = transfer_id(number, command.key)

    async def act(turn: Turn) -> None:
        after = canceling.record_payment(turn.book, amount_cents)
        event = PaymentEvent(
            external_id=external_id, order_id=turn.locked.order_id, kind="transfer.received", amount_cents=amount_cents
        )
        await receive_transfer(turn.connection, event, "bank")
        await turn.tell("payment.received", f"{euros(amount_cents)} {note}".strip())
        await turn.write(after)

    return await carry_out(database, number, command, ("record_payment", [amount_cents, note]), act)


def transfer_id(number: str, key: str) -> str:
    """Under which id a transfer is kept among the payment events."""
    return hashlib.sha256(f"{number}:{key}".encode()).hexdigest()


async def resend_receipt(database: Database, number: str, command: Command, reason: str) -> tuple[Message, ...]:
    """Send the receipt once more, as the next revision, with who asked and why."""
    check_reason(reason)

    async def act(turn: Turn) -> None:
        last = await last_ref(turn.connection, turn.locked.order_id, "receipt")
        if last is None:
            raise IllegalMove("There is no receipt yet that could be sent again.")
        if last >= MOST_RESENT:
            raise IllegalMove(f"It was sent {MOST_RESENT} times already.")
        await turn.steps.add("receipt", max(last, 1) + 1)
        await turn.tell("receipt.resent", reason)

    return await carry_out(database, number, command, ("resend_receipt", reason), act)


async def clear_attention(database: Database, number: str, command: Command) -> tuple[Message, ...]:
    """A person has looked after what the order asked for."""

    async def act(turn: Turn) -> None:
        await note_attention(turn.connection, turn.locked.order_id, None)
        await turn.tell("attention.cleared")

    return await carry_out(database, number, command, ("clear_attention", None), act)
