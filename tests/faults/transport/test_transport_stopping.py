"""A worker that stops finishes what runs, and keeps nothing that it has not begun."""

import asyncio

import pytest

from tests.faults.transport.stand import Stand
from tests.waiting import until

LATE_S = 2.5  # by then a worker that does not wait for its last poll is gone


async def test_a_stopping_worker_finishes_its_task_and_nobody_else_begins_it(
    stand: Stand, environment: dict[str, str]
) -> None:
    stopping = await stand.work(environment)
    stand.send("test.long", 41)
    await until(lambda: stand.notes("begun") == ["41"])

    stopping.terminate()
    await stand.work(environment)

    assert await stopping.exit_code() == 0
    assert (stand.notes("begun"), stand.notes("done")) == (["41"], ["41"])
    await until(lambda: stand.waiting(stand.queue) == 0)


async def test_what_a_stopping_worker_still_receives_goes_to_the_next_one_at_once(
    stand: Stand, environment: dict[str, str]
) -> None:
    stand.keep_invisible_for(600)  # whoever keeps it would keep it past this test
    stopping = await stand.work(environment, SQS_WAIT_S="5")
    await until(lambda: stand.proxy.arrived["ReceiveMessage"] > 0)

    stopping.terminate()
    await until((stand.folder / "stopping").exists)
    await asyncio.sleep(LATE_S)
    stand.send("test.note", 42)

    assert await stopping.exit_code() == 0
    assert stand.notes("done") == []
    await stand.work(environment)
    await until(lambda: stand.notes("done") == ["42"])


@pytest.mark.long
async def test_what_a_killed_worker_held_is_done_by_another(stand: Stand, environment: dict[str, str]) -> None:
    killed = await stand.work(environment)
    stand.send("test.long", 43)
    await until(lambda: stand.notes("begun") == ["43"])

    killed.kill()
    await stand.work(environment)

    await until(lambda: stand.notes("done") == ["43"])
