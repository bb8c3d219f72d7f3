"""What a database does that fails over: it becomes a reader, or is gone for a moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiomysql

from deploy.local.mariadb import DATABASE
from tests.faults.stand import Stand

KILLS_APART_S = 1.0


@asynccontextmanager
async def read_only(stand: Stand) -> AsyncIterator[None]:
    """The writer refuses every change (1290), as one that has become a reader does."""
    await _as_root(stand, "SET GLOBAL read_only = 1")
    yield
    await _as_root(stand, "SET GLOBAL read_only = 0")


async def kill_again_and_again(stand: Stand, times: int) -> None:
    for _ in range(times):
        await stand.kill("mariadb")
        await asyncio.sleep(KILLS_APART_S)


async def deadlocks(stand: Stand) -> int:
    """How many the server has met since its start."""
    async with stand.database.writer() as connection:
        row = await connection.row("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
    assert row is not None
    return int(row["Value"])


async def _as_root(stand: Stand, sql: str) -> None:
    """Through the server's socket, at which root needs no password; the shop's own user may not do this."""
    socket = stand.backing.place.mysql / "s.sock"
    connection: Any = await aiomysql.connect(unix_socket=str(socket), user="root", db=DATABASE)
    try:
        async with connection.cursor() as cursor:
            await cursor.execute(sql)
    finally:
        connection.close()
