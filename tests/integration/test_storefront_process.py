"""The storefront as a process: it starts, drains, and ends without dropping anybody."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest_asyncio
from tornado.httpclient import HTTPClientError

from deploy.local.backing import BackingServices
from shared.db import Database
from tests.conftest import QUICK
from tests.environments import bare_environment
from tests.faults.processes import children, living, strike, strike_group
from tests.waiting import until
from tests.web.browser import Browser


@dataclass
class Running:
    process: asyncio.subprocess.Process
    browser: Browser


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
    port = _free_port()
    process = await _start({**os.environ, **backing.environment, "DRAIN_S": "1"}, "--port", str(port))
    browser = Browser(f"http://127.0.0.1:{port}")
    await _until_it_answers(browser)
    yield Running(process, browser)
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def _until_it_answers(browser: Browser) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                await browser.get("/livez")
                return
            except (OSError, HTTPClientError):
                await asyncio.sleep(0.05)


async def test_it_is_ready_as_soon_as_it_listens(running: Running) -> None:
    assert (await running.browser.get("/readyz")).status == 200


async def test_sigterm_turns_it_away_at_once_and_it_still_answers_until_it_ends(running: Running) -> None:
    running.process.send_signal(signal.SIGTERM)
    await _until_not_ready(running.browser)

    while_draining = await running.browser.get("/imprint")

    assert while_draining.status == 200
    assert await asyncio.wait_for(running.process.wait(), 10) == 0


async def test_a_request_that_runs_at_the_end_is_answered(running: Running) -> None:
    host, port = running.browser.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /api/v1/cart/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
    writer.write(b"Content-Length: 2\r\n\r\n{")
    running.process.send_signal(signal.SIGTERM)
    await _until_not_ready(running.browser)

    writer.write(b"}")
    line = await asyncio.wait_for(reader.readline(), 10)

    writer.close()
    assert line.startswith(b"HTTP/1.1 422")
    assert await asyncio.wait_for(running.process.wait(), 10) == 0


async def _until_not_ready(browser: Browser) -> None:
    async with asyncio.timeout(5):
        while (await browser.get("/readyz")).status != 503:
            await asyncio.sleep(0.02)


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
    port = _two_free_ports()
    environ = {**os.environ, **backing.environment, "DRAIN_S": "1"}
    keeper = await _start(environ, "--port", str(port), "--processes", "2")
    pair = Pair(keeper, (Browser(f"http://127.0.0.1:{port}"), Browser(f"http://127.0.0.1:{port + 1}")))
    try:
        for browser in pair.browsers:
            await _until_it_answers(browser)
        yield pair
    finally:
        strike_group(keeper.pid)
        await keeper.communicate()


def _two_free_ports() -> int:
    while True:
        port = _free_port()
        with socket.socket() as second, suppress(OSError):
            second.bind(("127.0.0.1", port + 1))
            return port


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
    found = await asyncio.gather(*(_answers(browser) for browser in pair.browsers))
    strike(pid, signal.SIGCONT)

    assert sorted(found) == [False, True]


async def test_sigterm_drains_all_of_them(pair: Pair) -> None:
    pair.keeper.send_signal(signal.SIGTERM)
    for browser in pair.browsers:
        await _until_not_ready(browser)

    while_draining = [(await browser.get("/imprint")).status for browser in pair.browsers]

    assert while_draining == [200, 200]
    assert await asyncio.wait_for(pair.keeper.wait(), 10) == 0
    assert pair.pids == []


async def test_none_of_them_outlives_its_keeper(pair: Pair) -> None:
    pids = pair.pids

    pair.keeper.kill()

    async def are_gone() -> bool:
        return not living(pids)

    await until(are_gone, 10)


async def test_no_processes_are_not_an_offer() -> None:
    process = await _start(bare_environment(), "--port", "1", "--processes", "0")

    output, _ = await process.communicate()

    assert process.returncode == 2
    assert b"argument --processes: invalid choice: 0" in output


async def _answers(browser: Browser) -> bool:
    try:
        async with asyncio.timeout(1):
            return (await browser.get("/livez")).status == 200
    except TimeoutError:
        return False
