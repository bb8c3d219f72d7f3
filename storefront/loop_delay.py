"""How late the event loop runs what is due: measured always, because one slow callback delays every shopper."""

import asyncio
from collections.abc import Callable

EVERY_S = 0.1


async def watch_loop_delay(observe_s: Callable[[float], None]) -> None:
    """Report, ten times a second, by how many seconds a timer came late."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY_S
        await asyncio.sleep(EVERY_S)
        observe_s(max(0.0, loop.time() - due))
