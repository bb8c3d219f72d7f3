"""What shoppers do and see, in a real browser."""

import pytest
from playwright.async_api import Browser, Page, expect

from shared.db import Database
from tests.factories import count
from tests.waiting import until

BUY = "Order with obligation to pay"


async def fill_cart(page: Page, shop_url: str) -> None:
    await page.goto(f"{shop_url}/products/merino-jumper?colour=forest")
    await page.locator("[name=sku]").nth(2).check(force=True)
    await page.get_by_role("button", name="Add to cart").click()
    await expect(page.get_by_role("heading", name="Cart", exact=True)).to_be_visible()


async def fill_address(page: Page, email: str) -> None:
    typed = {
        "email": email,
        "name": "Jana Łukaszewicz",
        "line1": "Prinzenstr. 84",
        "postcode": "10969",
        "city": "Berlin",
    }
    for name, value in typed.items():
        await page.fill(f"[name={name}]", value)


@pytest.mark.parametrize("has_script", [True, False])
async def test_a_coat_is_bought_on_invoice(browser: Browser, shop_url: str, has_script: bool) -> None:
    context = await browser.new_context(java_script_enabled=has_script)
    page = await context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    await fill_cart(page, shop_url)
    await page.get_by_role("link", name="Go to checkout").click()
    await fill_address(page, f"script-{has_script}@example.com")
    await page.get_by_role("button", name=BUY).click()
    await expect(page.get_by_role("heading", name="Thank you, Jana")).to_be_visible()

    async def is_invoiced() -> bool:
        if not has_script:
            await page.reload()
        return await page.get_by_role("link", name="Download invoice (PDF)").count() > 0

    await until(is_invoiced)
    await page.goto(f"{shop_url}/cart")
    await expect(page.get_by_role("heading", name="Your cart is empty")).to_be_visible()
    assert errors == []
    await context.close()


async def test_a_double_click_on_the_button_makes_one_order(browser: Browser, shop_url: str, schema: Database) -> None:
    before = await count(schema, "orders")
    context = await browser.new_context()
    page = await context.new_page()
    await fill_cart(page, shop_url)
    await page.goto(f"{shop_url}/checkout")
    await fill_address(page, "double@example.com")

    await page.get_by_role("button", name=BUY).dblclick()
    await expect(page.get_by_role("heading", name="Thank you, Jana")).to_be_visible()

    assert await count(schema, "orders") == before + 1
    await context.close()


async def test_a_card_is_paid_on_the_providers_page(browser: Browser, shop_url: str) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await fill_cart(page, shop_url)
    await page.goto(f"{shop_url}/checkout")
    await fill_address(page, "card@example.com")
    await page.check("[name=payment][value=card]")
    await page.get_by_role("button", name=BUY).click()
    await page.get_by_role("button", name="Pay now").click()

    await page.get_by_label("Card number").fill("4242 4242 4242 4242")
    await page.get_by_label("Expiry date").fill("12/34")
    await page.get_by_label("CVC").fill("123")
    await page.get_by_role("button", name="Pay €").click()

    await expect(page.get_by_role("heading", name="Thank you, Jana")).to_be_visible()
    await expect(page.get_by_text("Paid by card", exact=False).first).to_be_visible()
    await context.close()


async def test_the_whole_purchase_by_keyboard_alone(browser: Browser, shop_url: str) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{shop_url}/products/merino-jumper?colour=forest")

    await tab_to(page, "sku")
    await page.keyboard.press("Space")
    await tab_to(page, "quantity")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Cart", exact=True)).to_be_visible()
    await tab_to(page, "", "Go to checkout")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Checkout", exact=True)).to_be_visible()
    await tab_to(page, "email")
    for name, value in (("email", "keys@example.com"), ("name", "Jana"), ("line1", "Prinzenstr. 84")):
        await tab_to(page, name)
        await page.keyboard.type(value)
    for name, value in (("postcode", "10969"), ("city", "Berlin")):
        await tab_to(page, name)
        await page.keyboard.type(value)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Thank you, Jana")).to_be_visible()
    await context.close()


async def tab_to(page: Page, name: str, words: str = "") -> None:
    """Press Tab until a field with this name, or a link with these words, has the focus."""
    for _ in range(60):
        focused = await page.evaluate("[document.activeElement.name ?? '', document.activeElement.textContent.trim()]")
        if (name and focused[0] == name) or (words and focused[1] == words):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{name or words} cannot be reached by keyboard")
