"""Filled carts and what is ordered with them."""

from typing import Any

from shared.db import Database
from tests.factories import add_variant
from tests.web.browser import Answer, Browser

ADDRESS = {
    "name": "Jana Łukaszewicz",
    "line1": "Prinzenstr. 84",
    "line2": "",
    "city": "Berlin",
    "postcode": "10969",
    "country": "DE",
}


async def fill(browser: Browser, database: Database, quantity: int = 1, **variant: Any) -> dict[str, Any]:
    """Put a new variant into the browser's cart and return the cart."""
    sku = await add_variant(database, **variant)
    answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": quantity})
    assert answer.status == 200, answer.text
    return dict(answer.json)


def wish(cart: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "email": "jana@example.com",
        "cart_revision": cart["revision"],
        "shipping_method": "standard",
        "shipping_address": ADDRESS,
        "payment": {"method": "invoice"},
    } | changes


async def order(browser: Browser, body: Any, key: str = "key-1") -> Answer:
    return await browser.api("POST", "/orders", body, {"Idempotency-Key": key})
