"""A Chromium before the whole shop: storefront, workers, mailbox and card provider, all real."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.redis_client import open_redis
from shared.seed.pictures import copy_pictures
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from shared.settings import Settings
from tests.waiting import PATIENCE_S, until
from tests.web.kept import forget_values

expect.set_options(timeout=1000 * PATIENCE_S)
COMMANDS = ("workers orders", "workers documents", "workers.http --port 0")


def chromium() -> str | None:
    named = os.environ.get("SHOP_CHROMIUM")
    return named or shutil.which("chromium-headless-shell") or shutil.which("chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = "--no-browser" if os.environ.get("SHOP_NO_BROWSER") else None if chromium() else "there is no Chromium"
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if reason:
                item.add_marker(pytest.mark.skip(reason=f"BROWSER TEST SKIPPED: {reason}"))


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium())
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="module")
async def shop_url(backing: BackingServices, settings: Settings, schema: Database) -> AsyncIterator[str]:
    """The seeded shop, at the address that links in it name."""
    copy_pictures(settings.media_root)
    await plant(schema, read_catalogue(), stock=50)
    redis = open_redis(settings.redis_url)
    await forget_values(redis)
    await redis.aclose()
    started = [_start(backing, command) for command in (*COMMANDS, f"storefront --port {backing.ports.storefront}")]
    try:
        await until(lambda: _is_open(settings.public_url))
        yield settings.public_url
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _start(backing: BackingServices, command: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", *command.split()]
    return subprocess.Popen(words, env=backing.environment, start_new_session=True, stdin=subprocess.DEVNULL)


async def _is_open(url: str) -> bool:
    from tornado.httpclient import AsyncHTTPClient

    try:
        return (await AsyncHTTPClient().fetch(f"{url}/readyz", raise_error=False)).code == 200
    except OSError:
        return False
