"""Both bundles on a machine that has nothing but a fresh Debian 13, as the platform would bring them up.

SHOP_BARE_MACHINE is the command that runs its arguments there, as root, with this machine's network and {folder} at
~/shared: `docker run --rm -i --network host -v {folder}:/root/shared debian:13`, for one. Ports 80 and 81, 8000, 8001
and 8100 must be free.
"""

import asyncio
import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.local.backing import BackingServices
from deploy.release.bundling import kept
from shared.db import Database
from tests.deploy.tiers import SCHEDULED, answers_of_the_door, serve_and_process
from tests.faults.telling import tell
from tests.waiting import until
from tests.web.browser import Browser

COMMAND = os.environ.get("SHOP_BARE_MACHINE", "")
SCRIPT = Path(__file__).with_name("bare_machine.sh")
SHARED = "/root/shared"
WEB, WORKER = 80, 81
START_S, END_S = 600, 60
NOBODY = "192.0.2.1"  # kept for examples: no packet is sent to find out by which address it would be


@pytest.mark.long
@pytest.mark.skipif(not COMMAND, reason="SHOP_BARE_MACHINE does not say how to run something on a fresh Debian 13")
async def test_the_bundles_run_on_a_machine_that_has_nothing_else(
    repository: Path, tmp_path: Path, backing: BackingServices, database: Database
) -> None:
    folder = packed(repository, tmp_path / "shared", backing)
    shop, worker = (Browser(f"http://127.0.0.1:{port}") for port in (WEB, WORKER))
    began = time.monotonic()
    async with bare_machine(folder, tmp_path / "machine.log", shop, worker):
        tell(f"up after {time.monotonic() - began:.0f} s")
        await serve_and_process(shop, database)

        assert await answers_of_the_door(shop, worker) == {
            "shop": 404,
            "worker from outside": 404,
            "worker from the daemon": 200,
        }
        outside = Browser(f"http://{own_address()}:{WORKER}")
        assert (await outside.ask("POST", "/worker", b"", SCHEDULED)).status == 403


def packed(repository: Path, folder: Path, backing: BackingServices) -> Path:
    """All that the machine gets."""
    folder.mkdir()
    for tier, path in kept(repository, folder / "bundles").zips.items():
        shutil.copy(path, folder / f"{tier}.zip")
    shutil.copy(SCRIPT, folder)
    shutil.copy(backing.environment["SELLER_FILE"], folder / "seller.json")
    (folder / "environment").write_text(_lines(backing), "utf-8")
    return folder


def _lines(backing: BackingServices) -> str:
    given = {name: value for name, value in backing.environment.items() if name not in os.environ}
    given |= {"SELLER_FILE": f"{SHARED}/seller.json", "MEDIA_ROOT": "/var/app/media", "PUBLIC_URL": "http://localhost"}
    given |= {"CRASH_DIR": "/var/app/crash", "DRAIN_S": "0"}
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in given.items())


@asynccontextmanager
async def bare_machine(folder: Path, log: Path, *doors: Browser) -> AsyncIterator[None]:
    """Run the script there until all doors answer; ends it by the end of its input."""
    command = [*shlex.split(COMMAND.format(folder=folder)), "sh", f"{SHARED}/{SCRIPT.name}", SHARED]
    with log.open("w") as output:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)
        try:

            async def are_ready() -> bool:
                assert process.poll() is None, said(log)
                return all([await _is_ready(door) for door in doors])

            await until(are_ready, START_S)
            yield
        finally:
            await asyncio.to_thread(process.communicate, timeout=END_S)
            tell(said(log))


def said(log: Path) -> str:
    return log.read_text("utf-8", "replace")


async def _is_ready(door: Browser) -> bool:
    try:
        return (await door.ask("GET", "/readyz")).status == 200
    except OSError:
        return False


def own_address() -> str:
    """One of this machine's addresses that is not the loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect((NOBODY, 9))
        return str(asking.getsockname()[0])
