"""One event loop for all tasks of a process."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared import log
from workers.runtime import Runtime


class Tools:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.is_closed = False

    async def close(self) -> None:
        self.is_closed = True


async def open_tools() -> Tools:
    return Tools()


class OutOfTime(Exception):
    """Stands for Celery's soft time limit, which is raised past the coroutine."""


async def current_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_all_tasks_and_the_tools_share_one_loop() -> None:
    runtime = Runtime(open_tools)

    tools = runtime.tools

    assert runtime.run(current_loop()) is runtime.run(current_loop()) is tools.loop
    assert runtime.tools is tools
    runtime.close()
    assert tools.is_closed


def test_what_ran_out_of_time_does_not_go_on_in_the_next_task() -> None:
    runtime, trace = Runtime(open_tools), list[str]()

    async def send_receipt() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        try:
            await asyncio.sleep(0.02)
            await asyncio.sleep(0)
            trace.append("sent")
        finally:
            trace.append("cleaned up")

    async def next_task() -> None:
        trace.append("next")
        await asyncio.sleep(0.02)

    with alarm_raises(OutOfTime), pytest.raises(OutOfTime):
        runtime.run(send_receipt())
    runtime.run(next_task())

    assert trace == ["cleaned up", "next"]
    runtime.close()


@contextmanager
def alarm_raises(error: type[Exception]) -> Iterator[None]:
    def out_of_time(*_: object) -> None:
        raise error

    before = signal.signal(signal.SIGALRM, out_of_time)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)


def test_each_task_logs_under_its_own_ids() -> None:
    runtime = Runtime(open_tools)

    async def bound_number() -> str | None:
        return log.bound("order_number")

    with log.bind(order_number="AAAA-AAAA"):
        first = runtime.run(bound_number())
    with log.bind(order_number="BBBB-BBBB"):
        second = runtime.run(bound_number())

    assert (first, second, runtime.run(bound_number())) == ("AAAA-AAAA", "BBBB-BBBB", None)
    runtime.close()


def test_tools_that_could_not_be_opened_are_opened_for_the_next_task() -> None:
    tries = list[int]()

    async def open_at_second_try() -> Tools:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("no such folder")
        return Tools()

    runtime = Runtime(open_at_second_try)

    with pytest.raises(OSError, match="no such folder"):
        _ = runtime.tools

    assert isinstance(runtime.tools, Tools)
    runtime.close()


def test_closing_what_was_never_used_opens_nothing() -> None:
    opened = list[int]()

    async def open_and_note() -> Tools:
        opened.append(1)
        return Tools()

    Runtime(open_and_note).close()

    assert opened == []
