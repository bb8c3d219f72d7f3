"""Orders of load runs are out of the staff's way, unless they ask for them; then each bears its run's name."""

import re

import pytest_asyncio

from shared.db import Database
from shared.domain.load_runs import marked_cart_id
from shared.settings import Settings
from storefront.cart_store import new_cart_id
from tests.factories import place
from tests.load_runs import RUN, opened
from tests.waiting import until
from tests.web.browser import Browser
from tests.web.desk import COAT, an_order, sign_in_as

LIST = "/back-office/orders"
BADGE = f'<span class="chip warn">Test run {RUN}</span>'


@pytest_asyncio.fixture
async def desk(browser: Browser, database: Database) -> Browser:
    await sign_in_as(browser, database)
    return browser


@pytest_asyncio.fixture
async def numbers(desk: Browser, settings: Settings, database: Database) -> tuple[str, str]:
    """A real order, and one of a load run."""
    real = await an_order(database)
    await opened(desk, settings)
    marked = await place(database, {COAT: 1}, cart_id=marked_cart_id(RUN, new_cart_id()), key="marked")
    return real, marked.order.number


async def listed(desk: Browser, query: str = "") -> list[str]:
    return re.findall(r"orders/([0-9A-Z]{4}-[0-9A-Z]{4})\"", (await desk.get(LIST + query)).text)


async def counted(desk: Browser) -> str:
    """The page, once the order of the run is counted; empty before. Counts may be a second old."""
    page = (await desk.get(f"{LIST}?view=test-runs")).text
    return page if 'aria-current="page">Test runs <span class="soft num">1</span>' in page else ""


async def test_the_list_is_of_real_orders_whatever_is_looked_for(desk: Browser, numbers: tuple[str, str]) -> None:
    real, marked = numbers

    assert await listed(desk) == [real]
    assert await listed(desk, f"?q={marked}") == []
    assert await listed(desk, "?order_status=pending") == [real]
    assert BADGE not in (await desk.get(LIST)).text


async def test_the_filter_shows_the_orders_of_runs_each_with_its_mark(desk: Browser, numbers: tuple[str, str]) -> None:
    _, marked = numbers

    page = await until(lambda: counted(desk))

    assert await listed(desk, "?view=test-runs") == [marked]
    assert await listed(desk, f"?view=test-runs&q={marked}") == [marked]
    assert BADGE in page
    assert 'All <span class="soft num">1</span>' in page
    assert BADGE in (await desk.get(f"{LIST}/{marked}")).text


async def test_a_shop_without_runs_shows_no_such_filter(desk: Browser, database: Database) -> None:
    await an_order(database)

    assert "Test runs" not in (await desk.get(LIST)).text
