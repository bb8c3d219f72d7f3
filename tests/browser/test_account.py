"""An account from registering to its deletion, in a browser, with the mail that a worker sends; axe on every page."""

import json
import os
import re
from pathlib import Path
from urllib.parse import quote

import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from tornado.httpclient import AsyncHTTPClient

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.passwords import hash_password
from shared.services.accounts import add_proven
from tests.browser.test_accessibility import complaints
from tests.browser.test_shopping import fill_cart
from tests.factories import place
from tests.tables import empty_tables
from tests.waiting import until

EMAIL, NEW, PASSWORD = "jana@example.com", "jana.new@example.com", "correct horse"
PUBLIC = ("/account/sign-in", "/account/register", "/account/forgotten")
OWN = ("", "/orders", "/addresses", "/sessions", "/password", "/email", "/export", "/delete")
PICTURES = os.environ.get("SHOP_PICTURES", "")  # a folder, for whoever wants to look at the pages


@pytest_asyncio.fixture(scope="module", autouse=True)
async def no_orders(schema: Database) -> None:
    """Before the shop starts, so that no worker holds a row."""
    await empty_tables(schema)


async def link_in_mail(backing: BackingServices, page: str, email: str = EMAIL) -> str:
    """The link to a page in the mail that the worker tier sent."""
    url = f"http://127.0.0.1:{backing.ports.mailbox}/api/messages?to={quote(email)}"
    found: list[str] = []

    async def has_come() -> bool:
        mails = json.loads((await AsyncHTTPClient().fetch(url)).body)
        found[:] = [link for mail in mails for link in re.findall(rf"http\S+{page}\?token=\S+", mail["text"])]
        return bool(found)

    await until(has_come)
    return found[0]


async def look(page: Page, name: str) -> list[str]:
    found = await complaints(page)
    if PICTURES:
        for width in (390, 1280):
            await page.set_viewport_size({"width": width, "height": 844})
            await page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    return found


async def test_an_account_is_made_used_and_looked_at(
    browser: Browser, shop_url: str, backing: BackingServices, schema: Database
) -> None:
    context = await browser.new_context(reduced_motion="reduce", java_script_enabled=True)
    page, found = await context.new_page(), list[str]()
    await place(schema, {"MJ08-FOR-M": 1}, email=EMAIL)
    for path in PUBLIC:
        await page.goto(shop_url + path)
        found += await look(page, path.rpartition("/")[2])

    await page.goto(f"{shop_url}/account/register")
    await page.fill("[name=email]", EMAIL)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_selector("text=Look into your mailbox")
    found += await look(page, "mailed")
    await page.goto(await link_in_mail(backing, "/account/verify"))
    await page.fill("[name=password]", "wrong password")
    await page.press("[name=password]", "Enter")
    await page.wait_for_selector("#faults")
    found += await look(page, "verify")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url(f"{shop_url}/account")
    for path in OWN:
        await page.goto(f"{shop_url}/account{path}")
        found += await look(page, "own" + path.replace("/", "-"))
    await page.goto(f"{shop_url}/account/email")
    await page.fill("[name=email]", NEW)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    found += await look(page, "email-asked")
    await page.goto(await link_in_mail(backing, "/account/email/confirm", NEW))
    found += await look(page, "email-confirm")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await expect(page.get_by_text(NEW)).to_be_visible()

    await context.close()
    assert found == []


async def test_a_guests_cart_is_joined_at_sign_in_and_told_of_once(
    browser: Browser, shop_url: str, schema: Database
) -> None:
    await add_proven(schema, "ada@example.com", hash_password(PASSWORD))
    phone, desk = [await browser.new_context(reduced_motion="reduce") for _ in range(2)]
    first, page = await phone.new_page(), await desk.new_page()
    await _sign_in(first, shop_url)
    await fill_cart(first, shop_url)
    await fill_cart(page, shop_url)

    await _sign_in(page, shop_url)
    await expect(page.get_by_text("1 piece of your earlier cart was joined.")).to_be_visible()
    found = await look(page, "joined")
    await page.get_by_role("link", name="Go on").click()
    await page.goto(f"{shop_url}/cart")
    await expect(page.get_by_role("spinbutton")).to_have_value("2")
    await page.goto(f"{shop_url}/account")
    await page.get_by_role("button", name="Sign out").click()
    await page.goto(f"{shop_url}/cart")
    await expect(page.get_by_role("heading", name="Your cart is empty")).to_be_visible()
    await first.goto(f"{shop_url}/cart")
    await expect(first.get_by_role("spinbutton")).to_have_value("2")

    for context in (phone, desk):
        await context.close()
    assert found == []


async def _sign_in(page: Page, shop_url: str) -> None:
    await page.goto(f"{shop_url}/account/sign-in")
    await page.fill("[name=email]", "ada@example.com")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")
