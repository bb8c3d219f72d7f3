"""One stand for all tests of faults; each test begins with empty ledgers and a healthy shop."""

import os
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio

from tests.faults.buyers import Buyers
from tests.faults.opening import open_stand
from tests.faults.shelf import fill_shelf
from tests.faults.stand import SHOP, Stand, last_lines
from tests.faults.telling import tell
from tests.faults.verdict import STILL, drain

SETTLED_S = 20


@pytest_asyncio.fixture(scope="session")
async def _stand(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stand]:
    async with open_stand(tmp_path_factory.mktemp("hurt")) as opened:
        yield opened


@pytest_asyncio.fixture
async def hurt(_stand: Stand, request: pytest.FixtureRequest) -> AsyncIterator[Stand]:
    """The shop that is hurt; its logs are shown when a test fails and SHOP_FAULT_LOGS is set.

    It ends when nothing runs any more: what is at work while the tables are emptied would write into the next test.
    """
    await _stand.begin()
    yield _stand
    _stand.heal()
    await drain(_stand, SETTLED_S, STILL)
    if os.environ.get("SHOP_FAULT_LOGS"):
        tell("\n".join(f"--- {part}\n{last_lines(_stand, part)}" for part in SHOP))


@pytest_asyncio.fixture
async def skus(hurt: Stand) -> list[str]:
    return await fill_shelf(hurt.database)


@pytest.fixture
def shoppers(hurt: Stand, skus: list[str]) -> Iterator[Callable[..., Buyers]]:
    """Makes buyers of the hurt shop; their connections end with the test."""
    made: list[Buyers] = []

    def make(**changes: object) -> Buyers:
        made.append(Buyers(hurt.url, skus, **changes))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for buyers in made:
        buyers.close()
