"""The Procfiles' processes, started from nothing but the unpacked bundles."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from deploy.local.backing import BackingServices
from deploy.local.ports import Ports
from deploy.release.bundle import TIERS
from deploy.release.bundling import checked
from deploy.release.commit import named
from shared.db import Database
from tests.deploy.unpacking import unpack
from tests.environments import bare_environment
from tests.waiting import until, until_open
from tests.web.baskets import fill, order, wish
from tests.web.browser import OURS, Answer, Browser

FOREIGN = {"X-Forwarded-For": "198.51.100.7"}
SCHEDULED = {"X-Aws-Sqsd-Taskname": "expire", "X-Aws-Sqsd-Scheduled-At": "2026-11-24T12:00:00Z"}
END_S = 30


@dataclass(frozen=True)
class Tiers:
    shop: Browser
    worker: Browser
    logs: Path


@pytest_asyncio.fixture
async def tiers(repository: Path, tmp_path: Path, backing: BackingServices, database: Database) -> AsyncIterator[Tiers]:
    """Each process of both Procfiles, in the folder where its tier's bundle was unpacked."""
    folders = {made.tier: unpack(made, tmp_path / made.tier) for made in checked(named(repository, "HEAD"))}
    free = Ports.free(instances=1)  # a machine runs two storefronts
    ports = {"web": free.storefront, "worker": free.worker_http}
    environ = bare_environment(**_settings(backing), PYTHONUNBUFFERED="1")
    with ExitStack() as ending:
        for tier in TIERS:
            for name, command in _processes(folders[tier], ports[tier]).items():
                ending.enter_context(_running(command, folders[tier], environ, tmp_path / f"{tier}-{name}.log"))
        for port in ports.values():
            await until_open(port)
        shop, worker = (Browser(f"http://127.0.0.1:{ports[tier]}") for tier in TIERS)
        yield Tiers(shop, worker, tmp_path)


def _settings(backing: BackingServices) -> Mapping[str, str]:
    """Those of the session's services; nothing that names this checkout's code."""
    return {name: value for name, value in backing.environment.items() if name not in os.environ}


def _processes(folder: Path, port: int) -> Mapping[str, list[str]]:
    """Name → command of each line of a Procfile, on another port than on an instance."""
    lines = (folder / "Procfile").read_text("utf-8").splitlines()
    commands = dict(line.split(": exec ") for line in lines)
    moved = {name: re.sub(r"--port \d+", f"--port {port}", command) for name, command in commands.items()}
    return {name: [sys.executable, *shlex.split(command)[1:]] for name, command in moved.items()}


@contextmanager
def _running(command: list[str], folder: Path, environ: Mapping[str, str], log: Path) -> Iterator[None]:
    with log.open("w") as output, subprocess.Popen(
        command, cwd=folder, env=environ, stdout=output, stderr=output, start_new_session=True
    ) as process:  # fmt: skip
        try:
            yield
            assert process.poll() is None, log.read_text()
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_S)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


async def test_pages_are_served_an_order_is_processed_and_the_workers_door_is_closed(
    tiers: Tiers, database: Database
) -> None:
    cart = await fill(tiers.shop, database)
    placed = await order(tiers.shop, wish(cart))
    assert placed.status == 201, placed.text

    async def all_done() -> bool:
        found = await tiers.shop.api("GET", f"/orders/{placed.json['number']}")
        return bool(found.json["steps"]) and {step["state"] for step in found.json["steps"]} == {"done"}

    await until(all_done)
    page = await tiers.shop.get("/products/wc14-nav-m")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    assert await _statuses(tiers) == {"shop": 404, "worker from outside": 404, "worker from the daemon": 200}


async def _statuses(tiers: Tiers) -> Mapping[str, int]:
    async def posted(browser: Browser, headers: Mapping[str, str]) -> Answer:
        return await browser.ask("POST", "/worker", b"", headers)

    return {
        "shop": (await posted(tiers.shop, {**SCHEDULED, **OURS})).status,
        "worker from outside": (await posted(tiers.worker, {**SCHEDULED, **FOREIGN})).status,
        "worker from the daemon": (await posted(tiers.worker, SCHEDULED)).status,
    }
