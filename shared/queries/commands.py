"""The commands of staff and shoppers on orders, each under a key of its own."""

from shared.db import Connection
from shared.errors import OperationReused


async def begin_command(connection: Connection, order_id: int, key: str, kind: str, request_sha: str) -> bool:
    """Note a command; False if it was carried out before. The caller holds the order's lock.

    Raises:
        OperationReused: the key belongs to another command of this order.
    """
    known = await connection.row(
        "SELECT kind, request_sha FROM commands WHERE order_id = %s AND command_key = %s", (order_id, key)
    )
    if known is None:
        await connection.execute(
            "INSERT INTO commands (order_id, command_key, kind, request_sha, at) "
            "VALUES (%s, %s, %s, %s, UTC_TIMESTAMP(6))",
            (order_id, key, kind, request_sha),
        )
        return True
    if (known["kind"], known["request_sha"]) != (kind, request_sha):
        raise OperationReused
    return False
