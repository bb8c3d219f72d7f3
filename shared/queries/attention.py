"""Telling staff that an order needs a person: the back office lists these under "Needs a person"."""

from shared.db import Connection


async def note_attention(connection: Connection, order_id: int, why: str) -> None:
    await connection.execute("UPDATE orders SET attention = %s WHERE id = %s", (why[:200], order_id))
