"""The storefront as a process: it starts, drains, and ends without dropping anybody."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

import pytest_asyncio
from tornado.httpclient import HTTPClientError

from deploy.local.backing import BackingServices
from deploy.local.ports import Ports
from shared.db import Database
from tests.conftest import QUICK
from tests.environments import bare_environment
from tests.faults.processes import children, living, strike, strike_group
from tests.waiting import PATIENCE_S, free_port, until
from tests.web.browser import Browser

DRAIN_S = "3"  # in which a test has to ask something


@dataclass
class Running:
    process: asyncio.subprocess.Process
    browser: Browser


async def _start(environ: dict[str, str], *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "storefront", *words),
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )


@pytest_asyncio.fixture
async def running(backing: BackingServices, database: Database) -> AsyncIterator[Running]:
    port = free_port()
    process = await _start({**os.environ, **backing.environment, "DRAIN_S": DRAIN_S}, "--port", str(port))
    browser = Browser(f"http://127.0.0.1:{port}")
    await _until_it_answers(browser)
    yield Running(process, browser)
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def _until_it_answers(browser: Browser) -> None:
    async def answers() -> bool:
        with suppress(OSError, HTTPClientError):
            return (await browser.get("/livez")).status == HTTPStatus.OK
        return False

    await until(answers)


async def test_it_is_ready_as_soon_as_it_listens(running: Running) -> None:
    assert (await running.browser.get("/readyz")).status == 200


async def test_sigterm_turns_it_away_at_once_and_it_still_answers_until_it_ends(running: Running) -> None:
    running.process.send_signal(signal.SIGTERM)
    await _until_not_ready(running.browser)

    while_draining = await running.browser.get("/imprint")

    assert while_draining.status == 200
    assert await asyncio.wait_for(running.process.wait(), PATIENCE_S) == 0


async def test_a_request_that_runs_at_the_end_is_answered(running: Running) -> None:
    host, port = running.browser.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /api/v1/cart/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
    writer.write(b"Content-Length: 2\r\n\r\n{")
    running.process.send_signal(signal.SIGTERM)
    await _until_not_ready(running.browser)

    writer.write(b"}")
    line = await asyncio.wait_for(reader.readline(), PATIENCE_S)

    writer.close()
    assert line.startswith(b"HTTP/1.1 422")
    assert await asyncio.wait_for(running.process.wait(), PATIENCE_S) == 0


async def _until_not_ready(browser: Browser) -> None:
    async def is_turned_away() -> bool:
        return (await browser.get("/readyz")).status == HTTPStatus.SERVICE_UNAVAILABLE

    await until(is_turned_away)


async def test_every_missing_setting_is_named_at_once() -> None:
    process = await _start(bare_environment(), "--port", "1")

    output, _ = await process.communicate()

    assert process.returncode == 2
    assert b"PUBLIC_URL is not set; DATABASE_WRITER_URL is not set" in output
    assert b"Traceback" not in output


async def test_a_taken_port_is_named(backing: BackingServices) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        process = await _start({**os.environ, **backing.environment, **QUICK}, "--port", str(port))
        output, _ = await process.communicate()

    assert process.returncode == 1
    assert f"cannot listen at port {port}".encode() in output
    assert b"Traceback" not in output


@dataclass
class Pair:
    """Two storefronts, and the process that keeps them."""

    keeper: asyncio.subprocess.Process
    browsers: tuple[Browser, Browser]

    @property
    def pids(self) -> list[int]:
        return children(self.keeper.pid)


@pytest_asyncio.fixture
async def pair(backing: BackingServices, database: Database) -> AsyncIterator[Pair]:
    port = Ports.free(instances=1).storefront  # and the next one
    environ = {**os.environ, **backing.environment, "DRAIN_S": DRAIN_S}
    keeper = await _start(environ, "--port", str(port), "--processes", "2")
    pair = Pair(keeper, (Browser(f"http://127.0.0.1:{port}"), Browser(f"http://127.0.0.1:{port + 1}")))
    try:
        for browser in pair.browsers:
            await _until_it_answers(browser)
        yield pair
    finally:
        strike_group(keeper.pid)
        await keeper.communicate()


async def _instance(browser: Browser) -> str:
    return (await browser.get("/imprint")).headers["X-Instance"]


async def test_several_processes_have_a_port_each_and_a_dead_one_comes_back(pair: Pair) -> None:
    instances = [await _instance(browser) for browser in pair.browsers]
    before = pair.pids

    for pid in before:
        strike(pid, signal.SIGKILL)
    for browser in pair.browsers:
        await _until_it_answers(browser)

    assert len(pair.pids) == 2
    assert not set(pair.pids) & set(before)
    assert instances == [await _instance(browser) for browser in pair.browsers]
    assert instances[0] != instances[1]


async def test_while_one_of_them_hangs_the_other_answers(pair: Pair) -> None:
    pid = pair.pids[0]
    strike(pid, signal.SIGSTOP)
    asking = [asyncio.create_task(browser.get("/livez")) for browser in pair.browsers]
    (answered,), waiting = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
    other = pair.browsers[asking.index(answered)]
    later = [(await other.get("/livez")).status for _ in range(20)]
    hung = [task.done() for task in waiting]
    strike(pid, signal.SIGCONT)

    assert later == [200] * 20
    assert hung == [False]
    assert [answer.status for answer in await asyncio.gather(*asking)] == [200, 200]


async def test_sigterm_drains_all_of_them(pair: Pair) -> None:
    pair.keeper.send_signal(signal.SIGTERM)
    for browser in pair.browsers:
        await _until_not_ready(browser)

    while_draining = [(await browser.get("/imprint")).status for browser in pair.browsers]

    assert while_draining == [200, 200]
    assert await asyncio.wait_for(pair.keeper.wait(), PATIENCE_S) == 0
    assert pair.pids == []


async def test_none_of_them_outlives_its_keeper(pair: Pair) -> None:
    pids = pair.pids

    pair.keeper.kill()

    async def are_gone() -> bool:
        return not living(pids)

    await until(are_gone)


async def test_no_processes_are_not_an_offer() -> None:
    process = await _start(bare_environment(), "--port", "1", "--processes", "0")

    output, _ = await process.communicate()

    assert process.returncode == 2
    assert re.search(rb"argument --processes: invalid choice: '?0'?", output)
