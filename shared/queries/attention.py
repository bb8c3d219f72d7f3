"""Telling staff that an order needs a person: the back office lists these under "Needs a person"."""

from shared.db import Connection


async def note_attention(connection: Connection, order_id: int, why: str | None) -> None:
    """Say why a person must look, or with None that one has."""
    await connection.execute("UPDATE orders SET attention = %s WHERE id = %s", (why and why[:200], order_id))
