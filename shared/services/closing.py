"""What time does to orders: a card order that nobody paid expires, an invoice that nobody paid is reminded of."""

from shared.db import Connection, Database
from shared.domain import canceling
from shared.domain.moves import IllegalMove
from shared.messages import Message
from shared.queries.closing import is_expired_by_now, is_payment_running
from shared.queries.payments import has_money_event
from shared.queries.steps import last_ref
from shared.services.cancellation import let_go
from shared.services.order_commands import SHOP, Turn, take_turn


async def expire(database: Database, order_id: int) -> tuple[Message, ...]:
    """End an order that was not paid in time; checked again on the writer, under the order's lock.

    It stays when any money was told of, when a worker asks the provider just now, or when its time was put off.
    """

    async def work(connection: Connection) -> tuple[Message, ...]:
        turn = await take_turn(connection, order_id, SHOP)
        if not await _may_expire(turn):
            return ()
        try:
            after = canceling.expire(turn.book)
        except IllegalMove:
            return ()
        await turn.write(after)
        pieces = {line.sku: line.ordered - line.canceled for line in after.lines if line.ordered > line.canceled}
        await turn.put_on_shelf(pieces, "expired", turn.locked.number)
        await turn.tell("order.expired")
        await let_go(turn)
        await turn.steps.add("mail_expired", 1)
        return tuple(turn.steps.messages)

    return await database.retrying(work)


async def _may_expire(turn: Turn) -> bool:
    connection, order_id = turn.connection, turn.locked.order_id
    return (
        await is_expired_by_now(connection, order_id)
        and not await is_payment_running(connection, order_id)
        and not await has_money_event(connection, order_id)
    )


async def remind(database: Database, order_id: int, reminder: int) -> tuple[Message, ...]:
    """Send a reminder, unless the money came meanwhile."""

    async def work(connection: Connection) -> tuple[Message, ...]:
        turn = await take_turn(connection, order_id, SHOP)
        if turn.book.is_closed or turn.book.kept_cents >= turn.book.due_cents:
            return ()
        if (await last_ref(connection, order_id, "mail_reminder") or 0) >= reminder:
            return ()
        await turn.steps.add("mail_reminder", reminder)
        await turn.tell("payment.reminded", f"Reminder {reminder}")
        return tuple(turn.steps.messages)

    return await database.retrying(work)
