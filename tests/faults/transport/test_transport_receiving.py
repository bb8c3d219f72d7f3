"""Whatever SQS answers, or does not answer, the worker goes on polling."""

from typing import Any

import pytest

from tests.faults.transport.proxy import Fault
from tests.faults.transport.stand import Stand
from tests.waiting import until


@pytest.mark.parametrize("fault", [503, 403, 400, "garbage", "reset"])
async def test_polling_goes_on_after_an_error_answer(steady: Stand, fault: Fault) -> None:
    spoilt, done = steady.proxy.spoilt["ReceiveMessage"], steady.notes("done")
    steady.proxy.faults["ReceiveMessage"] = fault
    await until(lambda: steady.proxy.spoilt["ReceiveMessage"] > spoilt)

    steady.proxy.faults.clear()
    steady.send("test.note", 10)

    await until(lambda: steady.notes("done") == [*done, "10"])


async def test_polling_goes_on_after_a_connection_fell_silent(steady: Stand) -> None:
    spoilt = steady.proxy.spoilt["ReceiveMessage"]
    steady.proxy.faults["ReceiveMessage"] = "silence"
    await until(lambda: steady.proxy.spoilt["ReceiveMessage"] > spoilt)

    steady.proxy.faults.clear()
    steady.send("test.note", 11)

    await until(lambda: "11" in steady.notes("done"))


async def test_a_worker_that_lost_its_connection_polls_on_the_new_one(steady: Stand) -> None:
    flag = steady.folder / "lose-connection"
    flag.touch()
    await until(lambda: not flag.exists())

    steady.send("test.note", 12)

    await until(lambda: "12" in steady.notes("done"))


async def test_polling_goes_on_once_the_credentials_can_be_read_again(steady: Stand) -> None:
    flag = steady.folder / "no-credentials"
    flag.touch()
    await until(lambda: "cannot be polled now" in (steady.folder / "log-0").read_text())

    flag.unlink()
    steady.send("test.note", 13)

    await until(lambda: "13" in steady.notes("done"))


async def test_a_worker_starts_before_its_queue_can_be_reached(stand: Stand, environment: dict[str, str]) -> None:
    stand.proxy.faults |= dict.fromkeys(("ReceiveMessage", "GetQueueAttributes"), 400)
    await stand.work(environment)

    stand.proxy.faults.clear()
    stand.send("test.note", 14)

    await until(lambda: stand.notes("done") == ["14"])


async def test_a_worker_that_was_full_polls_as_soon_as_a_child_is_free(
    stand: Stand, environment: dict[str, str]
) -> None:
    for step_id in range(6):
        stand.send("test.note", step_id)

    pause_s = "60"  # what kombu would sleep after each two of them
    await stand.work(environment, pause_s)

    await until(lambda: sorted(stand.notes("done")) == [str(step_id) for step_id in range(6)])


async def test_the_ids_of_a_message_reach_its_task(steady: Stand) -> None:
    ids: dict[str, Any] = {"request_id": "r-1", "order_number": "K7QM-4X2D"}

    steady.send("test.note", 15, **ids)

    await until(lambda: "15 r-1 K7QM-4X2D" in steady.notes("done"))
