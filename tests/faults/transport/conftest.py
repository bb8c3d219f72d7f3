"""An SQS emulator of its own, so that these tests need no database; short times throughout."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices, backing_services
from deploy.local.ports import Ports
from deploy.local.queues import REGION
from tests.faults.transport.stand import Stand, Worker


@pytest_asyncio.fixture(scope="session")
async def emulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BackingServices]:
    folder = tmp_path_factory.mktemp("sqs")
    async with backing_services(folder, Ports.free(), os.environ, only=("sqs",)) as running:
        yield running


@pytest.fixture(scope="session")
def sqs(emulator: BackingServices) -> Iterator[Any]:
    address = emulator.environment["SQS_ENDPOINT_URL"]
    session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name=REGION)
    client = session.client("sqs", endpoint_url=address)
    yield client
    client.close()


@pytest.fixture
def stand(emulator: BackingServices, sqs: Any, tmp_path: Path) -> Iterator[Stand]:
    """Queues and a proxy, and no worker yet."""
    made = Stand(sqs, emulator.ports.sqs, tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def _steady_stand(
    emulator: BackingServices, sqs: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stand, list[Worker]]]:
    made = Stand(sqs, emulator.ports.sqs, tmp_path_factory.mktemp("steady"))
    yield made, []
    made.close()


@pytest_asyncio.fixture
async def steady(emulator: BackingServices, _steady_stand: tuple[Stand, list[Worker]]) -> AsyncIterator[Stand]:
    """One stand and one worker for all tests after which the worker must still be the same process."""
    stand, workers = _steady_stand
    if not workers or not workers[-1].is_alive:
        workers.append(await stand.work(emulator.environment))
    yield stand
    stand.proxy.faults.clear()
    assert workers[-1].is_alive, workers[-1].said()


@pytest.fixture
def environment(emulator: BackingServices) -> dict[str, str]:
    return emulator.environment
