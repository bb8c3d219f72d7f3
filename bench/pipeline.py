"""How much of a worker's time the step ledger takes: steps whose work is stubbed out beside tasks that do nothing."""

import asyncio
import sys
import time
from collections.abc import Sequence

from bench.rows import Row, more_is_better
from bench.stub_worker import NOTHING
from bench.workplace import OPEN, PATIENCE_S, Bench, open_bench
from deploy.local.part import Part
from deploy.local.probes import says_ready
from shared.messages import ORDERS, Message
from tests.waiting import until

ROUNDS, TASKS = 2, 150  # so many of each kind a round
LOOK_S = 0.2  # looking costs the emulator time, the same for both kinds
IDLE = Message(ORDERS, NOTHING, 0)


async def measure_pipeline() -> list[Row]:
    idle_s = steps_s = 0.0
    async with open_bench() as bench, bench.running([_stub_part(bench)]):
        await _announced(bench, [IDLE] * 20)  # its children start, and import what they need
        for turn in range(ROUNDS):
            idle_s += await _seconds_for(bench, [IDLE] * TASKS)
            steps = [message for number in range(TASKS) for message in await bench.order(f"stub-{turn}-{number}")]
            steps_s += await _seconds_for(bench, steps)
    tasks = ROUNDS * TASKS
    return [more_is_better("pipeline", tasks / steps_s, "tasks/s", limit=tasks / idle_s, target=0.5)]


async def _seconds_for(bench: Bench, messages: Sequence[Message]) -> float:
    began = time.monotonic()
    await _announced(bench, messages)
    return time.monotonic() - began


async def _announced(bench: Bench, messages: Sequence[Message]) -> None:
    """Send them, and wait until the queue is empty and every step is done."""
    assert len(await bench.publisher.announce(messages)) == len(messages)

    async def is_idle() -> bool:
        await asyncio.sleep(LOOK_S)
        return not await bench.waiting() and not await bench.left(OPEN)

    await until(is_idle, PATIENCE_S)


def _stub_part(bench: Bench) -> Part:
    command = (sys.executable, "-m", "bench.stub_worker")
    return Part(name="stub-worker", command=command, environment=bench.backing.environment, probe=says_ready)
