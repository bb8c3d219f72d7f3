"""A backlog of stale mails makes no fresh order late."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from shared.messages import DOCUMENTS, SEND_RECEIPT, Message, envelope
from tests.faults.buyers import Buyers
from tests.faults.stand import Stand
from tests.faults.telling import tell
from tests.faults.verdict import judge
from tests.ledgers import rows
from tests.waiting import until

FRESH, FRESH_S = 20, 10
BATCH = 10


async def test_fresh_orders_overtake_stale_mails(hurt: Stand, shoppers: Callable[..., Buyers]) -> None:
    await overtake(hurt, shoppers, stale=300, fresh=5)


@pytest.mark.long
async def test_twenty_fresh_orders_overtake_five_thousand_stale_mails(
    hurt: Stand, shoppers: Callable[..., Buyers]
) -> None:
    assert await overtake(hurt, shoppers, stale=5000, fresh=FRESH) <= FRESH_S


async def overtake(stand: Stand, shoppers: Callable[..., Buyers], stale: int, fresh: int) -> float:
    """Returns how long it took until the fresh orders were processing."""
    buyers = shoppers()
    await buyers.buy(1)
    assert (await judge(stand, buyers)).faults == []
    receipt = (await rows(stand.database, "SELECT id FROM steps WHERE step = 'receipt'"))[0]["id"]
    await asyncio.to_thread(_pile_up, stand, receipt, stale)

    began = time.monotonic()
    await buyers.buy(fresh, at_once=8)

    async def all_are_processing() -> bool:
        found = await rows(stand.database, "SELECT id FROM orders WHERE order_status = 'processing'")
        return len(found) == fresh + 1

    await until(all_are_processing)
    took_s = time.monotonic() - began
    left = await asyncio.to_thread(_waiting, stand)
    tell(f"{fresh} orders behind {stale} stale mails are processing after {took_s:.1f} s, {left} still wait")
    assert left > 0, "the backlog was gone before the orders came"
    await asyncio.to_thread(_purge, stand)
    return took_s


def _patient(stand: Stand) -> Any:
    """A client that waits, as the emulator becomes slow under thousands of messages."""
    session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x")
    return session.client("sqs", stand.settings.aws_region, endpoint_url=stand.settings.sqs_endpoint_url)


def _pile_up(stand: Stand, step_id: int, count: int) -> None:
    """Messages of a receipt that was sent long ago."""
    sqs, body = _patient(stand), envelope(Message(DOCUMENTS, SEND_RECEIPT, step_id))
    for _ in range(count // BATCH):
        entries = [{"Id": str(number), "MessageBody": body} for number in range(BATCH)]
        sqs.send_message_batch(QueueUrl=stand.settings.queue_urls[DOCUMENTS], Entries=entries)
    sqs.close()


def _waiting(stand: Stand) -> int:
    sqs, name = _patient(stand), "ApproximateNumberOfMessages"
    url = stand.settings.queue_urls[DOCUMENTS]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    sqs.close()
    return int(found[name])


def _purge(stand: Stand) -> None:
    """The next test begins with an empty queue; what was purged is announced by the sweep again."""
    sqs = _patient(stand)
    sqs.purge_queue(QueueUrl=stand.settings.queue_urls[DOCUMENTS])
    sqs.close()
