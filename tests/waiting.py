"""Waiting for a condition instead of sleeping for a fixed time; and ports that nobody takes meanwhile."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TypeVar, overload

from deploy.local import ports

T = TypeVar("T")
LOOK_S = 0.02
PATIENCE_S = 60  # only ends a test that waits in vain: however slow the machine is, what is to come has come by then


@overload
async def until(look: Callable[[], Awaitable[T]], seconds: float = PATIENCE_S) -> T: ...
@overload
async def until(look: Callable[[], T], seconds: float = PATIENCE_S) -> T: ...
async def until(look: Callable[[], object], seconds: float = PATIENCE_S) -> object:
    """Look until there is something, and return it; fail after so many seconds."""
    async with asyncio.timeout(seconds):
        while not (found := await _seen(look)):
            await asyncio.sleep(LOOK_S)
    return found


async def _seen(look: Callable[[], object]) -> object:
    found = look()
    return await found if isawaitable(found) else found


def wait_until(is_so: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """As `until`, for a test without an event loop."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(LOOK_S)


def free_port() -> int:
    """A port that Linux gives to no outgoing connection: it is still free when a server is started there, and again."""
    return next(port for port in random.sample(ports.FREE_PORTS, k=len(ports.FREE_PORTS)) if not ports.fault_at(port))


async def until_open(port: int, seconds: float = PATIENCE_S) -> None:
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
