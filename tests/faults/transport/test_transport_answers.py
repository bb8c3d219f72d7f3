"""A message is deleted only after its task was done, and nobody else sees it meanwhile."""

from tests.faults.transport.stand import Stand
from tests.waiting import until


async def test_a_refused_delete_does_not_stop_the_worker(steady: Stand) -> None:
    steady.proxy.faults["DeleteMessage"] = 403
    steady.send("test.note", 31)
    steady.send("test.note", 32)
    await until(lambda: {"31", "32"} <= set(steady.notes("done")))

    steady.proxy.faults.clear()
    steady.send("test.note", 33)

    await until(lambda: "33" in steady.notes("done"))
    await until(lambda: steady.waiting(steady.queue) == 0)


async def test_a_task_longer_than_the_visibility_time_out_runs_once(steady: Stand) -> None:
    steady.send("test.long", 34)

    await until(lambda: steady.waiting(steady.queue) == 0 and "34" in steady.notes("done"))

    assert steady.notes("begun").count("34") == 1


async def test_a_failed_task_comes_again(steady: Stand) -> None:
    steady.send("test.fail-once", 35)

    await until(lambda: "35" in steady.notes("done"))
    await until(lambda: steady.waiting(steady.queue) == 0)

    assert steady.notes("begun").count("35") == 2


async def test_a_task_whose_process_died_comes_again(steady: Stand) -> None:
    steady.send("test.die-once", 36)

    await until(lambda: "36" in steady.notes("done"))
    await until(lambda: steady.waiting(steady.queue) == 0)

    assert steady.notes("begun").count("36") == 2
