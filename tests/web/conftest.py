"""The storefront on a free port, real down to its services, and a small client that keeps cookies."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from shared.db import Database
from shared.settings import Settings
from storefront.rates import Limit
from storefront.server import serve
from storefront.shop import Shop, open_shop
from tests.factories import add_variant
from tests.fakes import ListPublisher
from tests.web.accounts import a_user, forget_rates, sign_in
from tests.web.browser import Browser
from tests.web.kept import forget_kept
from tests.web.lines import PAGES, SKU, Dial, Line, dial_port


@pytest_asyncio.fixture(scope="session")
async def shop(settings: Settings, schema: Database) -> AsyncIterator[Shop]:
    async with open_shop(settings, 0, ListPublisher()) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session")
async def base_url(shop: Shop) -> AsyncIterator[str]:
    async with serve(shop, 0, ["127.0.0.1"]) as port:
        yield f"http://127.0.0.1:{port}"


@pytest_asyncio.fixture
async def new_browser(base_url: str, database: Database, shop: Shop) -> Callable[[], Browser]:
    """Makes browsers that know nothing of each other; the database is empty, and nothing of it is kept."""
    await forget_kept(shop)
    return lambda: Browser(base_url)


@pytest.fixture
def browser(new_browser: Callable[[], Browser]) -> Browser:
    return new_browser()


@pytest.fixture
def sent(shop: Shop) -> ListPublisher:
    """What was announced during this test."""
    publisher = shop.publisher
    assert isinstance(publisher, ListPublisher)
    publisher.sent.clear()
    return publisher


@pytest_asyncio.fixture
async def jana(new_browser: Callable[[], Browser], shop: Shop, database: Database) -> Browser:
    """A shopper who is signed in."""
    await forget_rates(shop)
    await a_user(shop)
    browser = new_browser()
    await sign_in(browser)
    return browser


@pytest_asyncio.fixture
async def eve(jana: Browser, new_browser: Callable[[], Browser], shop: Shop) -> Browser:
    """Signed in to another account."""
    await a_user(shop, "eve@example.com")
    browser = new_browser()
    await sign_in(browser, "eve@example.com")
    return browser


@pytest_asyncio.fixture
async def dial(
    browser: Browser, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Dial]:
    """Opens connections to a shop whose pages are kept already, and that limits nobody."""
    monkeypatch.setattr(shop.rates, "_address", Limit("address", 0, 1))
    await add_variant(database, SKU)
    for path in PAGES:
        assert (await browser.get(path)).status == 200
    lines: list[Line] = []

    async def dialed() -> Line:
        lines.append(await dial_port(int(browser.base.rpartition(":")[2])))
        return lines[-1]

    yield dialed
    for line in lines:
        line.writer.close()
