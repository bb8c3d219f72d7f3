"""Announcing by the sweep, with all that its ledger asks for, beside the same messages sent raw to that emulator."""

import asyncio
import time

from bench.rows import Row, more_is_better
from bench.workplace import Bench, open_bench
from shared.messages import ORDERS, Message, envelope
from shared.queue import BATCH, THREADS
from shared.sqs import SqsClient
from workers.sweep import sweep
from workers.tools import open_tools

ROUNDS, STEPS = 3, 150  # so many of each kind a round


async def measure_sweeping() -> list[Row]:
    swept_s = raw_s = 0.0
    async with open_bench() as bench:
        messages = [message for number in range(STEPS) for message in await bench.order(f"swept-{number}")]
        tools, sqs = await open_tools(bench.settings), SqsClient(bench.settings, THREADS)
        try:
            await _send_raw(sqs, messages[:BATCH])  # the client is made
            for _ in range(ROUNDS):
                await _make_due(bench)
                began = time.monotonic()
                announced = await sweep(tools)
                swept_s += time.monotonic() - began
                assert announced == STEPS, f"{announced} steps"
                began = time.monotonic()
                await _send_raw(sqs, messages)
                raw_s += time.monotonic() - began
        finally:
            sqs.close()
            await tools.close()
    return [more_is_better("publish", ROUNDS * STEPS / swept_s, "messages/s", limit=ROUNDS * STEPS / raw_s, target=0.6)]


async def _make_due(bench: Bench) -> None:
    async with bench.database.writer() as connection:
        await connection.execute("UPDATE steps SET due_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND")


async def _send_raw(sqs: SqsClient, messages: list[Message]) -> None:
    """In batches of ten, by as many threads as the publisher has."""
    batches = [messages[start : start + BATCH] for start in range(0, len(messages), BATCH)]
    await asyncio.gather(*(_send_batch(sqs, batch) for batch in batches))


async def _send_batch(sqs: SqsClient, batch: list[Message]) -> None:
    entries = [{"Id": str(number), "MessageBody": envelope(message)} for number, message in enumerate(batch)]
    answer = await sqs.call("send_message_batch", ORDERS, Entries=entries)
    assert len(answer["Successful"]) == len(batch), answer
