"""The real worker tier takes real orders from placed to mailed, everything on this machine."""

import time
from collections.abc import Sequence

from bench.rows import Row, informs, less_is_better, more_is_better
from bench.workplace import Bench, open_bench
from deploy.local.part import Part
from tests.faults.opening import parts_of
from tests.faults.processes import cpu_s, members
from tests.faults.stand import WORKERS

WARM_ORDERS, ORDERS = 10, 60
ORDERS_PER_S, CPU_MS = 6, 120  # what is asked for


async def measure_orders() -> list[Row]:
    async with open_bench() as bench, bench.running(_parts(bench)) as tiers:
        for number in range(WARM_ORDERS):  # so that each child has made a PDF
            await bench.publisher.announce(await bench.order(f"warm-{number}"))
        await bench.all_done()
        groups = [row["pid"] for row in tiers.rows()]
        began, workers_s, emulator_s = time.monotonic(), _cpu_of(groups), bench.emulator_s()
        for number in range(ORDERS):
            bench.publisher.announce_soon(await bench.order(f"real-{number}"))
        await bench.all_done()
        took_s = time.monotonic() - began
        workers_ms = 1000 * (_cpu_of(groups) - workers_s) / ORDERS
        emulator_ms = 1000 * (bench.emulator_s() - emulator_s) / ORDERS
        mailed = await bench.left("documents WHERE kind = 'receipt' AND state = 'done'")
    assert mailed == ORDERS + WARM_ORDERS, f"{mailed} receipts"
    return [
        more_is_better("orders", ORDERS / took_s, "orders/s", limit=ORDERS_PER_S, target=1),
        less_is_better("orders-cpu", workers_ms, "ms/order", limit=CPU_MS, target=1),
        informs("emulator-cpu", emulator_ms, "ms/order"),
    ]


def _parts(bench: Bench) -> list[Part]:
    backing = bench.backing
    parts = parts_of(backing.place, backing.ports, backing.environment, teams=1)
    return [part for part in parts if part.name in (*WORKERS, "worker-http")]


def _cpu_of(groups: Sequence[int]) -> float:
    return sum(cpu_s(members(group)) for group in groups)
