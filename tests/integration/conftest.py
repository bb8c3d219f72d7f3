"""What several files of tests begin with: an order at work in this process, and a database that speaks TLS."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from shared.db import Database
from shared.settings import Settings
from tests.certificates import Authority
from tests.mariadbs import MariaDb, running_mariadb
from tests.orders_at_work import Bench, open_bench


@pytest.fixture
def bench(settings: Settings, database: Database, tmp_path: Path) -> Bench:
    return open_bench(settings, database, tmp_path)


@pytest.fixture
def at_shipment(bench: Bench) -> Bench:
    bench.tools = replace(bench.tools, settings=replace(bench.tools.settings, payment_capture="shipment"))
    return bench


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "ours")


@pytest_asyncio.fixture(scope="module")
async def mariadb(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MariaDb]:
    """Its certificate is that of 127.0.0.1, and not of localhost."""
    async with running_mariadb(tmp_path_factory.mktemp("mariadb"), authority.sign("127.0.0.1")) as running:
        yield running
