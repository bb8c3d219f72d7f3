"""Waiting for a condition instead of sleeping for a fixed time."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
LOOK_S = 0.02
OPEN_S = 10


async def until(look: Callable[[], Awaitable[T]], seconds: float) -> T:
    """Look until there is something, and return it; fail after so many seconds."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(LOOK_S)
    return found


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def until_open(port: int, seconds: float = OPEN_S) -> None:
    """Wait until somebody listens; fail after so many seconds."""

    async def is_open() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    await until(is_open, seconds)
