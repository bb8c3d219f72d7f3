"""What axe finds on every page, from the smallest phone to the desk, in light and in dark."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import chain, cycle

import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from shared.db import Database
from shared.domain.statuses import FulfillmentStatus, OrderStatus, PaymentStatus
from shared.services.staff import add_staff, make_password_link
from storefront.handlers.texts import TEXTS
from tests.browser.test_shopping import BUY, fill_address, fill_cart
from tests.factories import place
from tests.tables import empty_tables

PAGES = (
    "/",
    "/shop",
    "/shop?q=coat&size=M&in_stock=1",
    "/shop?q=zzz",
    "/products/merino-jumper?colour=forest",
    "/cart",
    *(f"/{name}" for name in TEXTS),
    "/no-such-page",
    "/back-office/sign-in",
)
WIDTHS = (320, 390, 1280)
AXE: str = Axe().axe_script
EVERYTHING = {"resultTypes": ["violations"], "preload": False}
# The dark scheme is other values of the same variables, so what is no colour is as it was in light.
COLOURS = EVERYTHING | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
RUN = "axe.run(%s).then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`))"
AT_ONCE = 2
DESK = "/back-office/orders"
PASSWORD = "correct horse"
CHANGE = (
    "UPDATE orders SET order_status = %s, payment_status = %s, fulfillment_status = %s, attention = 'Receipt is dead' "
    "WHERE number = %s"
)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def no_orders(schema: Database) -> None:
    """Before the shop starts, so that no worker holds a row."""
    await empty_tables(schema)


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Without motion, as a colour that is on its way to another one has no contrast to measure."""
    made = await browser.new_context(reduced_motion="reduce")
    yield made
    await made.close()


async def complaints(page: Page) -> list[str]:
    """What axe finds at every width in both schemes, and whether the page scrolls sideways."""
    await page.evaluate(AXE)
    found: list[str] = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 844})
        await page.emulate_media(color_scheme="light")
        told = await page.evaluate(RUN % json.dumps(EVERYTHING))
        await page.emulate_media(color_scheme="dark")
        told += [f"dark {one}" for one in await page.evaluate(RUN % json.dumps(COLOURS))]
        sideways = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        told += [f"scrolls sideways by {sideways} px"] if sideways > 0 else []
        found += [f"{page.url} at {width}: {one}" for one in told]
    await page.emulate_media(color_scheme="light")
    return found


async def test_axe_finds_nothing_in_the_back_office(context: BrowserContext, shop_url: str, schema: Database) -> None:
    """First of all, as it sees the list before there are orders."""
    token = await make_password_link(schema, (await add_staff(schema, "ada@example.com", "manager")).id)
    page = await context.new_page()

    await page.goto(f"{shop_url}/back-office/password?token={token}")
    found = await complaints(page)
    await _sign_in(page)
    await expect(page.get_by_text("No orders yet.")).to_be_visible()
    found += await complaints(page)
    number = await _orders_in_every_state(schema)
    for path in (DESK, f"{DESK}?q=zzz", f"{DESK}/{number}", "/back-office/own-password"):
        await page.goto(shop_url + path)
        found += await complaints(page)

    assert found == []


async def _sign_in(page: Page) -> None:
    await page.fill("[name=password]", PASSWORD)
    await page.fill("[name=again]", PASSWORD)
    await page.press("[name=again]", "Enter")
    await page.fill("[name=email]", "ada@example.com")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")


async def _orders_in_every_state(schema: Database) -> str:
    """A list with every chip there is; returns the number of its last order, which has a dead step."""
    states = zip(cycle(OrderStatus), PaymentStatus, cycle(FulfillmentStatus), strict=False)  # most are of payments
    for n, state in enumerate(states):
        number = (await place(schema, {"MJ08-FOR-M": 1}, f"desk-{n}", f"desk-{n}")).order.number
        await _change(schema, CHANGE, *state, number)
    await _change(schema, "UPDATE steps SET state = 'dead', error = 'Refused' ORDER BY id DESC LIMIT 1")
    return number


async def _change(schema: Database, statement: str, *values: object) -> None:
    async with schema.writer() as connection:
        await connection.execute(statement, values)


async def test_axe_finds_nothing_on_any_public_page(context: BrowserContext, shop_url: str) -> None:
    paths = iter(PAGES)

    async def look() -> list[str]:
        page = await context.new_page()
        found: list[str] = []
        for path in paths:
            await page.goto(shop_url + path)
            found += await complaints(page)
        return found

    found = await asyncio.gather(*(look() for _ in range(AT_ONCE)))

    assert list(chain(*found)) == []


async def test_axe_finds_nothing_on_the_way_to_an_order(context: BrowserContext, shop_url: str) -> None:
    page = await context.new_page()

    await fill_cart(page, shop_url)
    found = await complaints(page)
    await page.goto(f"{shop_url}/checkout")
    found += await complaints(page)
    await page.get_by_role("button", name=BUY).click()
    found += await complaints(page)
    await fill_address(page, "axe@example.com")
    await page.check("[name=payment][value=card]")
    await page.get_by_role("button", name=BUY).click()
    await expect(page.get_by_role("button", name="Pay now")).to_be_visible()
    found += await complaints(page)

    assert found == []
