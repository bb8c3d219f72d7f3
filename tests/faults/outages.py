"""What the shop depends on goes away for a while, each in its own way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from tests.faults.processes import limit_files
from tests.faults.queue_wire import QueueFaults
from tests.faults.stand import Stand
from tests.faults.wires import Faults

TOO_LATE_S = 3  # later than PAYMENT_TIMEOUT_S
FULL_BYTES = 512  # what still fits into a file on the full disk; an invoice does not

Outage = Callable[[Stand], AbstractAsyncContextManager[None]]


def _links(faults: Faults, *names: str) -> Outage:
    @asynccontextmanager
    async def outage(stand: Stand) -> AsyncIterator[None]:
        for name in names:
            if faults.is_down:
                stand.wires[name].cut()
            stand.wires[name].faults = Faults(**vars(faults))
        yield
        for name in names:
            stand.wires[name].heal()

    return outage


@asynccontextmanager
async def queue_away(stand: Stand) -> AsyncIterator[None]:
    stand.queue.faults = QueueFaults(is_away=True)
    yield
    stand.queue.heal()


@asynccontextmanager
async def media_full(stand: Stand) -> AsyncIterator[None]:
    group = stand.pid("worker-documents")
    limit_files(group, FULL_BYTES)
    yield
    limit_files(group, None)


@asynccontextmanager
async def media_read_only(stand: Stand) -> AsyncIterator[None]:
    """No folder can be made: as root may write everywhere, a file stands in the folder's place."""
    folder, aside = stand.settings.media_root / "documents", stand.settings.media_root / "aside"
    if folder.exists():
        folder.rename(aside)
    folder.touch()
    yield
    folder.unlink()
    if aside.exists():
        aside.rename(folder)


OUTAGES: Mapping[str, Outage] = {
    "queue away": queue_away,
    "mail down": _links(Faults(is_down=True), "smtp", "mailbox"),
    "payment down": _links(Faults(is_down=True), "payment"),
    "payment hung": _links(Faults(is_hung=True), "payment"),
    "payment late": _links(Faults(late_s=TOO_LATE_S), "payment"),
    "media full": media_full,
    "media read-only": media_read_only,
}


async def suffer(stand: Stand, names: Sequence[str], seconds: float) -> None:
    """These outages at the same time, for so long."""
    async with AsyncExitStack() as stack:
        for name in names:
            await stack.enter_async_context(OUTAGES[name](stand))
        await asyncio.sleep(seconds)
