"""One fleet for all drills; each begins with an empty database and every storefront in rotation."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.db import Database
from tests.faults.shelf import fill_shelf
from tests.fleet.stand import FleetStand, open_stand


@pytest_asyncio.fixture(scope="session")
async def _fleet(
    backing: BackingServices, schema: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[FleetStand]:
    async with open_stand(backing, tmp_path_factory.mktemp("fleet"), schema) as opened:
        yield opened


@pytest_asyncio.fixture
async def fleet(_fleet: FleetStand, database: Database) -> FleetStand:
    await _fleet.all_in_rotation()
    return _fleet


@pytest_asyncio.fixture
async def skus(fleet: FleetStand) -> list[str]:
    return await fill_shelf(fleet.database)
