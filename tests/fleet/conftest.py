"""One fleet for all drills; each begins with an empty database and every storefront in rotation."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.catalogue_news import CatalogueNews
from shared.db import EVERYTHING, Database
from shared.settings import Settings
from tests.faults.shelf import fill_shelf
from tests.fleet.stand import FleetStand, open_stand
from tests.waiting import until


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
async def skus(fleet: FleetStand, settings: Settings) -> list[str]:
    """On the shelf and shown: what storefronts keep of the tests before would hide them for two minutes."""
    skus, news = await fill_shelf(fleet.database), CatalogueNews(settings.redis_url)
    news.tell_soon(frozenset({EVERYTHING}))
    await news.close()
    await until(partial(fleet.shows, skus[-2]))
    return skus
