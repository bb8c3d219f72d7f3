"""Real MariaDB, Valkey, SQS emulator, mailbox and card provider for the whole session, on free ports."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_asyncio

from deploy.local import ports
from deploy.local.backing import BackingServices, backing_services
from deploy.local.ports import Ports
from shared import dynamo, sqs
from shared.db import Connection, Database
from shared.migrate import migrate
from shared.settings import Settings, load_settings
from tests.replicas import Replicated, replicated
from tests.shares import share
from tests.tables import empty_tables
from tests.waiting import PATIENCE_S

ports.FREE_PORTS = share(ports.FREE_PORTS)
# The emulators of AWS are slow beside other tests, and how long the shop waits for them matters to none.
dynamo.CONNECT_S = dynamo.READ_S = dynamo.CALL_S = sqs.CONNECT_S = sqs.READ_S = PATIENCE_S
# How long a machine that has other things to do takes for an example says nothing about it.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A long test takes as long as it says; any other that takes minutes hangs, and is ended."""
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(0))


QUICK = {
    "ENVIRONMENT": "test",
    "LOG_FORMAT": "text",
    "STEP_LEASE_S": "3",
    "STEP_DEADLINE_S": "5",
    "SWEEP_EVERY_S": "1",
    "VISIBILITY_S": "10",
    "PAYMENT_TIMEOUT_S": "2",
}


@pytest_asyncio.fixture(scope="session")
async def backing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BackingServices]:
    folder: Path = tmp_path_factory.mktemp("stack")
    async with backing_services(folder, Ports.free(), {**os.environ, **QUICK}) as running:
        yield running


@pytest.fixture(scope="session")
def settings(backing: BackingServices) -> Settings:
    return load_settings(backing.environment)


@pytest_asyncio.fixture(scope="session")
async def schema(settings: Settings) -> AsyncIterator[Database]:
    migrate(settings.database_writer_url)
    database = Database(settings.database_writer_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def database(schema: Database) -> Database:
    """The migrated database, with every table empty."""
    await empty_tables(schema)
    return schema


@pytest_asyncio.fixture(scope="session")
async def _servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Replicated]:
    async with replicated(tmp_path_factory.mktemp("replicated")) as running:
        await running.heal()
        yield running


@pytest_asyncio.fixture
async def servers(_servers: Replicated) -> AsyncIterator[Replicated]:
    """Another database than that of `settings`, with readers; whole and level again after each test."""
    yield _servers
    await _servers.heal()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the database is asked from now on."""
    seen: list[str] = []
    real = Connection.rows

    async def rows(self: Connection, sql: str, *more: Any) -> Any:
        seen.append(sql)
        return await real(self, sql, *more)

    monkeypatch.setattr(Connection, "rows", rows)
    return seen
