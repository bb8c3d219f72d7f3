"""Messages reach SQS in batches, and a queue that is away hurts nobody."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
import pytest_asyncio

from shared.messages import DOCUMENTS, MAKE_INVOICE, ORDERS, PROCESS_ORDER, Message
from shared.queue import SqsPublisher
from shared.settings import Settings
from shared.sqs import Depth, Queues, sqs_client
from tests.faults.transport.proxy import FaultProxy
from tests.waiting import PATIENCE_S
from workers.transport.envelope import check_envelope

IDS = {"request_id": "r-1", "order_number": "K7QM-4X2D"}


def orders(count: int) -> list[Message]:
    return [Message(ORDERS, PROCESS_ORDER, step_id, IDS) for step_id in range(1, count + 1)]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A publisher that is closed sends what it has, however slow the emulator is."""
    monkeypatch.setattr("shared.queue.CLOSE_S", PATIENCE_S)


@pytest_asyncio.fixture
async def own_settings(settings: Settings) -> AsyncIterator[Settings]:
    """The session's emulator, with empty queues that no other test uses."""
    client = await asyncio.to_thread(sqs_client, settings, 1)
    names = ("orders", "documents", "media", "jobs")
    urls = {name: client.create_queue(QueueName=f"test-queue-{name}")["QueueUrl"] for name in names}
    yield replace(settings, queue_urls=urls)
    for url in urls.values():
        client.delete_queue(QueueUrl=url)
    client.close()


@pytest.fixture
def nowhere(own_settings: Settings) -> Settings:
    """SQS at an address where nobody listens."""
    return replace(own_settings, sqs_endpoint_url="http://127.0.0.1:9")


async def depths(settings: Settings) -> tuple[Depth, Depth]:
    queues = Queues(settings)
    found = await queues.depths()
    queues.close()
    return found["orders"], found["documents"]


async def test_more_than_a_batch_for_two_queues_all_arrives(own_settings: Settings) -> None:
    publisher = SqsPublisher(own_settings)
    messages = [*orders(23), Message(DOCUMENTS, MAKE_INVOICE, 24)]

    sent = await publisher.announce(messages)

    assert sorted(message.step_id for message in sent) == list(range(1, 25))
    assert await depths(own_settings) == (Depth(23, 0), Depth(1, 0))
    await publisher.close()


async def test_what_arrives_is_a_message_of_ours(own_settings: Settings) -> None:
    publisher = SqsPublisher(own_settings)
    await publisher.announce(orders(1))

    client = await asyncio.to_thread(sqs_client, own_settings, 1)
    (received,) = client.receive_message(QueueUrl=own_settings.queue_urls["orders"])["Messages"]

    assert check_envelope(received["Body"]) == "orders.process"
    assert await depths(own_settings) == (Depth(0, 1), Depth(0, 0))
    client.close()
    await publisher.close()


async def test_what_is_announced_soon_is_sent_and_then_noted(own_settings: Settings) -> None:
    noted: list[int] = []

    async def note(messages: Sequence[Message]) -> None:
        noted.extend(message.step_id for message in messages)

    publisher = SqsPublisher(own_settings, on_published=note)

    publisher.announce_soon(orders(25))
    await publisher.close()

    assert sorted(noted) == list(range(1, 26))
    assert await depths(own_settings) == (Depth(25, 0), Depth(0, 0))


async def test_a_note_that_fails_does_not_stop_the_next_message(own_settings: Settings) -> None:
    async def note(_: Sequence[Message]) -> None:
        raise OSError("the database is away")

    publisher = SqsPublisher(own_settings, on_published=note)

    publisher.announce_soon(orders(1))
    publisher.announce_soon([Message(DOCUMENTS, MAKE_INVOICE, 2)])
    await publisher.close()

    assert await depths(own_settings) == (Depth(1, 0), Depth(1, 0))


async def test_messages_that_arrive_while_sqs_is_slow_travel_together(own_settings: Settings) -> None:
    proxy = FaultProxy(int(own_settings.sqs_endpoint_url.rsplit(":")[-1]))
    publisher = SqsPublisher(replace(own_settings, sqs_endpoint_url=f"http://127.0.0.1:{proxy.port}"))

    for message in orders(100):
        publisher.announce_soon([message])
    await publisher.close()

    assert await depths(own_settings) == (Depth(100, 0), Depth(0, 0))
    assert proxy.arrived["SendMessageBatch"] == 10
    proxy.close()


async def test_a_queue_that_is_away_takes_nothing_and_says_which_order_waits(
    nowhere: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = SqsPublisher(nowhere)

    with caplog.at_level(logging.WARNING):
        sent = await publisher.announce(orders(1))

    assert sent == []
    assert "step 1 is not announced now, so the sweep will" in caplog.text
    await publisher.close()


async def test_announcing_soon_to_a_queue_that_is_away_raises_nothing(nowhere: Settings) -> None:
    publisher = SqsPublisher(nowhere)

    publisher.announce_soon(orders(25))
    publisher.announce_soon([])
    await publisher.close()


async def test_a_message_that_sqs_refuses_is_not_among_the_sent(own_settings: Settings) -> None:
    publisher = SqsPublisher(own_settings)
    too_long = Message(ORDERS, PROCESS_ORDER, 2, {"request_id": "x" * 2_000_000})

    sent = await publisher.announce([Message(DOCUMENTS, MAKE_INVOICE, 1), too_long])

    assert [message.step_id for message in sent] == [1]
    await publisher.close()


async def test_an_unknown_queue_hurts_no_other(own_settings: Settings) -> None:
    publisher = SqsPublisher(own_settings)

    sent = await publisher.announce([Message("of-tomorrow", "x", 1), *orders(1)])

    assert [message.queue for message in sent] == ["orders"]
    await publisher.close()


async def test_more_than_may_wait_is_left_to_the_sweep(
    own_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = SqsPublisher(own_settings, waiting=3)

    with caplog.at_level(logging.WARNING):
        publisher.announce_soon(orders(2))
        publisher.announce_soon(orders(2))
    await publisher.close()

    assert await depths(own_settings) == (Depth(2, 0), Depth(0, 0))
    assert caplog.text.count("too many messages wait") == 2


async def test_a_silent_sqs_does_not_hold_up_a_stop(
    own_settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.queue.CLOSE_S", 1)
    proxy = FaultProxy(int(own_settings.sqs_endpoint_url.rsplit(":")[-1]))
    proxy.faults["SendMessageBatch"] = "silence"
    publisher = SqsPublisher(replace(own_settings, sqs_endpoint_url=f"http://127.0.0.1:{proxy.port}"))

    publisher.announce_soon(orders(200))
    await publisher.close()

    assert "this process stops" in caplog.text
    proxy.close()


async def test_the_depths_of_a_queue_that_is_away_are_a_fault(nowhere: Settings) -> None:
    queues = Queues(nowhere)

    with pytest.raises(Exception, match="Could not connect"):
        await queues.depths()

    queues.close()


async def test_warming_up_to_a_queue_that_is_away_raises_nothing(nowhere: Settings) -> None:
    publisher = SqsPublisher(nowhere)

    await publisher.warm()

    await publisher.close()
