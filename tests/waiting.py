"""Waiting for a condition instead of sleeping for a fixed time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
LOOK_S = 0.05


async def until(look: Callable[[], Awaitable[T]], seconds: float) -> T:
    """Look until there is something, and return it; fail after so many seconds."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(LOOK_S)
    return found
