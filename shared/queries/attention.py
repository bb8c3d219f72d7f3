"""Telling staff that an order needs a person: the back office lists these under "Needs a person"."""

from shared.db import Connection


async def note_attention(connection: Connection, order_id: int, why: str | None) -> None:
    """Say why a person must look, or with None that one has."""
    await connection.execute(
        "UPDATE orders SET attention = IF(%s, LEFT(CONCAT_WS(' ', attention, %s), 200), NULL) WHERE id = %s",
        (why is not None, why, order_id),
    )
