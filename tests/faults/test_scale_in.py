"""Auto Scaling takes one of two worker instances away while people buy."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy.auto_scaling import LET_GO
from tests.faults.buyers import Buyers
from tests.faults.leaving import worker_instance
from tests.faults.stand import Stand
from tests.faults.telling import tell
from tests.faults.verdict import judge
from tests.ledgers import rows
from tests.waiting import until

CARRIED_OUT = " carried out"
AT_WORK_S, ORDERS_S = 60, 120


async def test_a_worker_instance_that_is_taken_away_loses_nothing(
    hurt: Stand, shoppers: Callable[..., Buyers], tmp_path: Path
) -> None:
    await scale_in(hurt, shoppers(), tmp_path / "leaving", orders=4, per_s=1)


@pytest.mark.long
async def test_a_worker_instance_that_is_taken_away_during_fifty_orders_loses_nothing(
    hurt: Stand, shoppers: Callable[..., Buyers], tmp_path: Path
) -> None:
    await scale_in(hurt, shoppers(), tmp_path / "leaving", orders=50, per_s=4)


async def scale_in(stand: Stand, buyers: Buyers, folder: Path, orders: int, per_s: float) -> None:
    """Take it away in the middle of so many orders at least, which are placed at this pace."""
    async with worker_instance(folder, stand.variables["worker-http"]) as instance:

        async def is_at_work() -> bool:
            return len(buyers.bought) >= orders / 2 and instance.said(CARRIED_OUT) > 0

        async def have_bought() -> bool:
            return len(buyers.bought) >= orders

        over = asyncio.Event()
        buying = asyncio.create_task(buyers.buy_until(over, per_s))
        await until(is_at_work, AT_WORK_S)
        began = asyncio.get_running_loop().time()
        await instance.leave()
        left_s = asyncio.get_running_loop().time() - began
        await until(have_bought, ORDERS_S)
        over.set()
        await buying
        verdict = await judge(stand, buyers)

        tell(
            f"left after {left_s:.1f} s, {instance.said(CARRIED_OUT)} steps of its own; {verdict}; {await again(stand)}"
        )
        assert verdict.faults == []
        assert verdict.orders == verdict.invoices == verdict.mails == len(buyers.bought)
        assert instance.watch.returncode == 0
        assert instance.killed == []
        assert instance.aws.completed == [(LET_GO, [])]


async def again(stand: Stand) -> str:
    """How many steps were begun more than once."""
    (found,) = await rows(stand.database, "SELECT COUNT(*) AS steps, SUM(attempt > 1) AS again FROM steps")
    return f"{found['again']} of {found['steps']} steps begun again"
