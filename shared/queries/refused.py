"""Messages about an order that nobody could carry out, written down on their order."""

from shared.db import Connection
from shared.queries.placing import insert_event

EVENT = "message.refused"


async def note_refusal(connection: Connection, number: str, why: str) -> bool:
    """Note a refused message on its order; False when there is no such order. Run it in a transaction.

    A reason for attention that is there already stays: it may be the graver one. The event tells of this one anyway.
    """
    order = await connection.row("SELECT id FROM orders WHERE number = %s FOR UPDATE", (number,))
    if order is None:
        return False
    await connection.execute(
        "UPDATE orders SET attention = COALESCE(attention, %s) WHERE id = %s",
        (f"A message about this order was refused: {why}"[:200], order["id"]),
    )
    await insert_event(connection, order["id"], EVENT, why=why[:200])
    return True
