"""How long a cart operation takes through HAProxy, with three storefronts.

Fifty shoppers, each a second of thought after each click; timed where they wait, connecting included.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

from bench.rows import Row, informs, less_is_better
from deploy.local.backing import backing_services
from deploy.local.ports import Ports
from shared.db import Database
from shared.migrate import migrate
from tests.faults.shelf import fill_shelf
from tests.fleet.shoppers import Habits, Shopper
from tests.fleet.stand import FleetStand, open_stand
from tests.fleet.verdict import judge

SHOPPERS, SECONDS, WARM_S = 50, 30, 5
THOUGHTFUL = Habits(think_s=(0.5, 1.5))
LIMIT_MS = 25


async def measure_cart_latency() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="shop-bench-") as folder:
        given = {**os.environ, "ENVIRONMENT": "test", "LOG_FORMAT": "text"}
        async with backing_services(Path(folder), Ports.free(), given) as backing:
            url = backing.environment["DATABASE_WRITER_URL"]
            await asyncio.to_thread(migrate, url)
            database = Database(url)
            try:
                async with open_stand(backing, Path(folder) / "fleet", database) as fleet:
                    return await _shop(fleet, await fill_shelf(database))
            finally:
                await database.close()


async def _shop(fleet: FleetStand, skus: list[str]) -> list[Row]:
    shoppers = fleet.invite(skus, SHOPPERS, seed=1, habits=THOUGHTFUL)
    counts_from = time.monotonic() + WARM_S  # by then they no longer click all at once
    await _for(shoppers, WARM_S + SECONDS)
    answers = [answer for shopper in shoppers for answer in shopper.answers if answer.asked_s >= counts_from]
    took_ms = [1000 * (answer.answered_s - answer.asked_s) for answer in answers]
    verdict = await judge(shoppers, fleet.database)
    assert (verdict.failures, verdict.faults) == (0, []), str(verdict)
    steps = quantiles(took_ms, n=100)
    return [
        less_is_better("cart-p95", steps[94], "ms", limit=LIMIT_MS, target=1),
        informs("cart-p50", steps[49], "ms"),
        informs("cart-p99", steps[98], "ms"),
        informs("cart-rate", len(took_ms) / SECONDS, "operations/s"),
    ]


async def _for(shoppers: Sequence[Shopper], seconds: float) -> None:
    over = asyncio.Event()
    shopping = [asyncio.create_task(shopper.shop_until(over)) for shopper in shoppers]
    await asyncio.sleep(seconds)
    over.set()
    await asyncio.gather(*shopping)
