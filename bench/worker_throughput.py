"""`python -m bench.worker_throughput [--json]`: how much of a worker's time the step ledger takes, and orders a second.

First one worker does tasks that do nothing, then as many steps whose work is stubbed out. Then the real worker tier
takes real orders from placed to mailed, everything on this machine.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bench.rows import Row, are_good, as_json, as_text
from bench.stub_worker import NOTHING
from bench.workplace import Bench
from deploy.local.backing import backing_services
from deploy.local.part import Part
from deploy.local.ports import Ports
from deploy.local.probes import says_ready
from deploy.local.supervisor import Supervisor
from shared.db import Database
from shared.messages import ORDERS, Message
from shared.migrate import migrate
from shared.queue import SqsPublisher
from shared.settings import load_settings
from shared.sqs import Queues
from tests.faults.opening import parts_of
from tests.faults.processes import cpu_s, members
from tests.faults.shelf import fill_shelf
from tests.faults.stand import WORKERS
from tests.waiting import until

TASKS, WARM_ORDERS, REAL_ORDERS = 200, 10, 60
PATIENCE_S = 120
LOOK_S = 0.2  # looking costs the emulator time, the same in every phase
STUB = "stub-worker"
OPEN = "steps WHERE state <> 'done'"


async def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="shop-bench-") as folder:
        given = {**os.environ, "ENVIRONMENT": "test", "LOG_FORMAT": "text"}
        async with backing_services(Path(folder), Ports.free(), given) as backing:
            url = backing.environment["DATABASE_WRITER_URL"]
            await asyncio.to_thread(migrate, url)
            settings, database = load_settings(backing.environment), Database(url)
            publisher, queues = SqsPublisher(settings), Queues(settings)
            try:
                bench = Bench(backing, database, publisher, queues, await fill_shelf(database))
                return [*await _overhead(bench), *await _real(bench)]
            finally:
                queues.close()
                await publisher.close()
                await database.close()


async def _overhead(bench: Bench) -> list[Row]:
    """Tasks a second of one worker: that do nothing, and steps without their work."""
    async with _running(bench, [_stub_part(bench)]):
        await _announced(bench, [Message(ORDERS, NOTHING, 0)] * 20)  # its children start, and import what they need
        idle = await _per_s(bench, [Message(ORDERS, NOTHING, 0)] * TASKS)
        steps = [message for number in range(TASKS) for message in await bench.order(f"stub-{number}")]
        stubbed = await _per_s(bench, steps)
    ratio = stubbed / idle
    return [
        Row("no-op tasks", round(idle, 1), "tasks/s"),
        Row("steps with their work stubbed out", round(stubbed, 1), "tasks/s"),
        Row("steps ÷ no-op tasks", round(ratio, 2), "", limit=0.5, ratio=round(ratio / 0.5, 2)),
    ]


async def _real(bench: Bench) -> list[Row]:
    async with _running(bench, _real_parts(bench)) as tiers:
        for number in range(WARM_ORDERS):  # so that each child has made a PDF
            await bench.publisher.announce(await bench.order(f"warm-{number}"))
        await _all_done(bench)
        groups = [row["pid"] for row in tiers.rows()]
        began, cpu, emulator = time.monotonic(), _cpu_of(groups), bench.emulator_s()
        for number in range(REAL_ORDERS):
            bench.publisher.announce_soon(await bench.order(f"real-{number}"))
        await _all_done(bench)
        took_s = time.monotonic() - began
        worker_ms = 1000 * (_cpu_of(groups) - cpu) / REAL_ORDERS
        emulator_ms = 1000 * (bench.emulator_s() - emulator) / REAL_ORDERS
    mailed = await bench.left("documents WHERE kind = 'receipt' AND state = 'done'")
    assert mailed == REAL_ORDERS + WARM_ORDERS, f"{mailed} receipts"
    rate = REAL_ORDERS / took_s
    return [
        Row("orders from placed to mailed", round(rate, 1), "orders/s", limit=6, ratio=round(rate / 6, 2)),
        Row("CPU of the workers", round(worker_ms), "ms/order", limit=120, ratio=round(120 / worker_ms, 2), target=60),
        Row("CPU of the SQS emulator", round(emulator_ms), "ms/order"),
    ]


async def _per_s(bench: Bench, messages: Sequence[Message]) -> float:
    began = time.monotonic()
    await _announced(bench, messages)
    return len(messages) / (time.monotonic() - began)


async def _announced(bench: Bench, messages: Sequence[Message]) -> None:
    """Send them, and wait until the queue is empty and every step is done."""
    assert len(await bench.publisher.announce(messages)) == len(messages)

    async def is_idle() -> bool:
        await asyncio.sleep(LOOK_S)
        return not await bench.waiting() and not await bench.left(OPEN)

    await until(is_idle, PATIENCE_S)


async def _all_done(bench: Bench) -> None:
    async def is_done() -> bool:
        return not await bench.left(OPEN)

    await until(is_done, PATIENCE_S)


@asynccontextmanager
async def _running(bench: Bench, parts: Sequence[Part]) -> AsyncIterator[Supervisor]:
    async with Supervisor(parts, bench.backing.place) as supervisor:
        yield supervisor


def _stub_part(bench: Bench) -> Part:
    command = (sys.executable, "-m", "bench.stub_worker")
    return Part(name=STUB, command=command, environment=bench.backing.environment, probe=says_ready)


def _real_parts(bench: Bench) -> list[Part]:
    backing = bench.backing
    parts = parts_of(backing.place, backing.ports, backing.environment, teams=1)
    return [part for part in parts if part.name in (*WORKERS, "worker-http")]


def _cpu_of(groups: Sequence[int]) -> float:
    return sum(cpu_s(members(group)) for group in groups)


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.worker_throughput", description="The worker tier's figures.")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args(words)
    rows = asyncio.run(measure())
    sys.stdout.write(as_json(rows) if options.json else as_text(rows))
    return 0 if are_good(rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
