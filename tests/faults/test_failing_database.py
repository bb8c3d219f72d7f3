"""The database fails over, dies, or keeps the locks of a client that is gone."""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from deploy.local.mariadb import database_url
from shared.errors import Unavailable
from shared.queries.stock import taking
from tests.faults.buyers import Buyers
from tests.faults.database_faults import deadlocks, kill_again_and_again, read_only
from tests.faults.shelf import PRICE_CENTS
from tests.faults.stand import Stand
from tests.faults.telling import tell
from tests.faults.verdict import judge
from tests.faults.wires import open_wire

ERRORS_END_S = 5
TRIES = 3


async def test_a_short_flip_to_read_only_and_a_kill_lose_nothing(hurt: Stand, shoppers: Callable[..., Buyers]) -> None:
    buyers = shoppers()

    await through(hurt, buyers, _flip_and_die(hurt))

    assert buyers.failed_at, "nobody met the reader, so nothing was tried"


@pytest.mark.long
async def test_a_flip_to_read_only_ends_with_the_flip(hurt: Stand, shoppers: Callable[..., Buyers]) -> None:
    assert await through(hurt, shoppers(), _flip(hurt, 10)) <= ERRORS_END_S


@pytest.mark.long
async def test_a_database_killed_five_times_loses_nothing(hurt: Stand, shoppers: Callable[..., Buyers]) -> None:
    assert await through(hurt, shoppers(), kill_again_and_again(hurt, 5)) <= ERRORS_END_S


async def test_the_locks_of_a_vanished_client_end_with_its_connection(hurt: Stand, skus: list[str]) -> None:
    wire = await open_wire(hurt.backing.ports.mariadb)
    command = (sys.executable, "-m", "tests.faults.lock_holder", database_url(wire.port), skus[0])
    holder = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"held\n"
        wire.faults.is_hung = True
        began = time.monotonic()
        holder.kill()
        await _take_one(hurt, skus[0])
        waited_s = time.monotonic() - began
    finally:
        if holder.returncode is None:
            holder.kill()
        await holder.wait()
        await wire.close()

    tell(f"the lock of a vanished client ended after {waited_s:.1f} s")
    assert waited_s > 1, "nobody held it"


async def test_people_who_buy_the_same_things_at_once_never_wait_for_each_other_crosswise(
    hurt: Stand, shoppers: Callable[..., Buyers], skus: list[str]
) -> None:
    buyers, before = shoppers(), await deadlocks(hurt)

    await buyers.buy_all(skus, pieces=4, orders=20, at_once=10)

    assert await deadlocks(hurt) - before == 0
    assert len(buyers.bought) == 20


async def through(stand: Stand, buyers: Buyers, fault: Coroutine[Any, Any, None]) -> float:
    """People buy during the fault and for a while after it; returns how long after it the last checkout failed."""
    over = asyncio.Event()
    buying = asyncio.create_task(buyers.buy_until(over, per_s=2))

    await fault
    ended = time.monotonic()
    await asyncio.sleep(ERRORS_END_S + 1)
    over.set()
    await buying

    verdict = await judge(stand, buyers)
    last_s = max([moment - ended for moment in buyers.failed_at], default=0.0)
    tell(f"{len(buyers.failed_at)} checkouts failed, the last one {last_s:.1f} s after the end; {verdict}")
    assert verdict.faults == []
    assert verdict.orders == len(buyers.bought) > 0
    return last_s


async def _flip(stand: Stand, seconds: float) -> None:
    async with read_only(stand):
        await asyncio.sleep(seconds)


async def _flip_and_die(stand: Stand) -> None:
    await _flip(stand, 3)
    await kill_again_and_again(stand, 1)


async def _take_one(stand: Stand, sku: str) -> None:
    for _ in range(TRIES):
        try:
            await stand.database.retrying(lambda connection: connection.execute(*taking(sku, 0, PRICE_CENTS)))
        except Unavailable:
            continue
        return
    raise AssertionError("the lock is held for ever")
