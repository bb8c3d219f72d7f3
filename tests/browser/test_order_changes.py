"""A shopper cancels, sends things back and withdraws, in a real browser: by keyboard, without script, in a hurry."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from shared.db import Database
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_number
from shared.services.fulfillment import ShipmentRequest, deliver, pack, ship
from shared.settings import Settings
from storefront.links import Links
from tests.browser.test_accessibility import complaints
from tests.browser.test_shopping import tab_to
from tests.factories import place
from tests.orders_at_work import staff
from tests.tables import empty_tables
from tests.waiting import until

JUMPER, DRESS = "MJ08-FOR-M", "TD18-MID-38"
BOUGHT = {JUMPER: 2, DRESS: 1}


@pytest_asyncio.fixture(scope="module", autouse=True)
async def no_orders(schema: Database) -> None:
    """Before the shop starts, so that no worker holds a row."""
    await empty_tables(schema)


@pytest_asyncio.fixture(params=[True, False], ids=["script", "no script"])
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    context = await browser.new_context(java_script_enabled=request.param, reduced_motion="reduce")
    yield await context.new_page()
    await context.close()


async def bought(schema: Database, name: str) -> str:
    """An order that the workers have taken up; returns its number."""
    number = (await place(schema, BOUGHT, f"cart-{name}", f"key-{name}")).order.number

    async def is_taken_up() -> bool:
        return (await look(schema, number)).order_status == "processing"

    await until(is_taken_up)
    return number


async def look(schema: Database, number: str) -> OrderView:
    async with schema.writer() as connection:
        return await order_by_number(connection, number)


async def arrive(schema: Database, number: str) -> None:
    await pack(schema, number, staff(), BOUGHT)
    request = ShipmentRequest(pieces=BOUGHT, carrier="DHL", tracking="00340434")
    await ship(schema, number, staff(), request, capture_at_shipment=False)
    await deliver(schema, number, staff(), (await look(schema, number)).parcels[-1].id)


def address(settings: Settings, number: str, act: str = "") -> str:
    url = Links(settings.public_url, settings.cookie_secrets).order_url(number)
    return url.replace("?", f"/{act}?") if act else url


async def test_an_order_is_canceled_by_keyboard_alone(
    browser: Browser, shop_url: str, schema: Database, settings: Settings
) -> None:
    assert shop_url == settings.public_url
    number = await bought(schema, "keys")
    page = await browser.new_page()
    await page.goto(address(settings, number))

    await tab_to(page, "", "Cancel the order")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Cancel the order")).to_be_visible()
    await tab_to(page, "reason")
    await page.keyboard.type("Found it elsewhere")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Your order was canceled")).to_be_visible()
    await expect(page.get_by_text("Nothing was charged, and nothing is left to pay.")).to_be_visible()
    assert [each.credit.reason for each in (await look(schema, number)).credits] == ["Found it elsewhere"]
    await page.close()


@pytest.mark.usefixtures("shop_url")
async def test_pieces_are_announced_kept_and_withdrawn_from_each_once_however_often_one_clicks(
    page: Page, schema: Database, settings: Settings, request: pytest.FixtureRequest
) -> None:
    number = await bought(schema, f"back-{request.node.callspec.id}")
    await arrive(schema, number)
    await page.goto(address(settings, number))

    await page.get_by_role("link", name="Send something back").click()
    await page.get_by_label("Send back: Tea dress").check()
    await page.get_by_text("Too small").click()
    await page.get_by_role("button", name="Announce the return").dblclick()
    await expect(page.get_by_role("heading", name="What comes back")).to_be_visible()
    announced = (await look(schema, number)).returns
    await page.get_by_role("button", name="Keep it after all").dblclick()
    await expect(page.get_by_role("heading", name="What comes back")).to_have_count(0)
    await page.get_by_role("link", name="Withdraw from contract").click()
    await page.get_by_role("button", name="Confirm withdrawal").dblclick()

    await expect(page.get_by_text("You withdrew on ")).to_be_visible()
    after = await look(schema, number)
    assert [dict(each.pieces) for each in announced] == [{DRESS: 1}]
    assert [(each.kind, dict(each.pieces), each.canceled_at is None) for each in after.returns] == [
        ("return", {DRESS: 1}, False),
        ("withdrawal", BOUGHT, True),
    ]
    assert [event.what for event in after.events].count("return.withdrawn") == 1


@pytest.mark.usefixtures("shop_url")
async def test_axe_finds_nothing_on_the_pages_of_an_order(
    browser: Browser, schema: Database, settings: Settings
) -> None:
    context = await browser.new_context(reduced_motion="reduce")
    page = await context.new_page()
    number = await bought(schema, "axe")

    await page.goto(address(settings, number, "cancel"))
    found = await complaints(page)
    await page.locator("[name=reason]").evaluate("field => { field.maxLength = 300; field.value = 'x'.repeat(201) }")
    await page.get_by_role("button", name="Cancel the order").click()
    found += await complaints(page)
    await arrive(schema, number)
    for act in ("", "return", "withdraw"):
        await page.goto(address(settings, number, act))
        found += await complaints(page)
    await page.goto(address(settings, number, "return"))
    await page.get_by_role("button", name="Announce the return").click()
    found += await complaints(page)
    await page.get_by_label("Send back: Tea dress").check()
    await page.get_by_text("Damaged").click()
    await page.get_by_role("button", name="Announce the return").click()
    await expect(page.get_by_role("heading", name="What comes back")).to_be_visible()
    found += await complaints(page)
    await page.goto(address(settings, number, "withdraw"))
    await page.get_by_role("button", name="Confirm withdrawal").click()
    await expect(page.get_by_text("You withdrew on ")).to_be_visible()
    found += await complaints(page)

    assert found == []
    await context.close()
