"""SQS may deliver a message more than once, and to several workers at the same time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.buyers import Buyers
from tests.faults.opening import open_stand
from tests.faults.queue_wire import QueueFaults
from tests.faults.shelf import fill_shelf
from tests.faults.stand import Stand
from tests.faults.telling import tell
from tests.faults.verdict import DRAIN_S, drain, judge

COPIES, AT_ONCE = 3, 8


async def test_every_message_comes_three_times_and_counts_once(hurt: Stand, shoppers: Callable[..., Buyers]) -> None:
    await deliver(hurt, shoppers(), orders=12)


@pytest.mark.long
async def test_three_hundred_orders_whose_messages_come_three_times_to_eight_children(tmp_path: Path) -> None:
    async with open_stand(tmp_path, teams=4) as stand:
        buyers = Buyers(stand.url, await fill_shelf(stand.database), patience_s=120)
        try:
            await deliver(stand, buyers, orders=300)
        finally:
            buyers.close()


async def deliver(stand: Stand, buyers: Buyers, orders: int) -> None:
    buyers.payments = [{"method": "card", "token": "tok_success"}]
    stand.queue.faults = QueueFaults(copies=COPIES)

    for first in range(0, orders, AT_ONCE):  # more at once would only measure the emulator, which slows as it fills
        await buyers.buy(min(AT_ONCE, orders - first), at_once=AT_ONCE)
        await drain(stand, DRAIN_S)
    verdict = await judge(stand, buyers)

    tell(f"{verdict}; {dict(stand.queue.spoilt)}")
    assert verdict.faults == []
    assert (verdict.orders, verdict.charges, verdict.invoices, verdict.mails) == (orders,) * 4
    assert stand.queue.spoilt["doubled"] > 0
