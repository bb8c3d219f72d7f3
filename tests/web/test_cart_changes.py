"""What was shown is what is paid: whatever changed since is told line by line, and taken with one button."""

from typing import Any

from shared.db import Database
from storefront.shop import Shop
from tests.factories import add_variant
from tests.web.baskets import fill
from tests.web.browser import Browser

COAT, SOCKS, HAT = "COAT", "SOCKS", "HAT"
CHANGED = "Something changed since you last looked"


async def _change(database: Database, sku: str, change: str) -> None:
    async with database.writer() as connection:
        await connection.execute(f"UPDATE variants SET {change} WHERE sku = %s", (sku,))  # noqa: S608 (a test's own)


async def _quantities(browser: Browser) -> dict[str, int]:
    cart: dict[str, Any] = (await browser.api("GET", "/cart")).json
    return {line["sku"]: line["quantity"] for line in cart["lines"]}


async def test_prices_that_stayed_are_no_news(browser: Browser, database: Database) -> None:
    await fill(browser, database, sku=COAT)
    await browser.get("/cart")

    assert CHANGED not in (await browser.get("/cart")).text
    assert CHANGED not in (await browser.get("/checkout")).text


async def test_looking_again_writes_no_price_and_what_was_seen_lives_as_long_as_the_cart(
    browser: Browser, database: Database, shop: Shop
) -> None:
    await fill(browser, database, sku=COAT, price_cents=5990)
    await browser.get("/cart")
    name = f"seen:{{{browser.cookies['cart'].split('.')[1]}}}"
    await shop.redis.expire(name, 60)
    before = await _writes(shop)

    await browser.get("/cart")

    assert await _writes(shop) == before
    assert await shop.redis.hget(name, COAT) == "5990"
    assert shop.settings.cart_ttl_s - 60 < await shop.redis.ttl(name) <= shop.settings.cart_ttl_s


async def _writes(shop: Shop) -> int:
    calls: int = (await shop.redis.info("commandstats"))["cmdstat_hset"]["calls"]
    return calls


async def test_a_changed_price_is_told_on_cart_and_checkout_until_it_is_accepted(
    browser: Browser, database: Database
) -> None:
    await fill(browser, database, sku=COAT, price_cents=5990)
    await browser.get("/cart")
    await _change(database, COAT, "price_cents = 6490")

    pages = [(await browser.get(path)).text for path in ("/cart", "/cart", "/checkout")]
    accepted = await browser.submit("/cart/accept", {"operation_id": "a-1", "back": "checkout"})
    after = [(await browser.get(path)).text for path in ("/cart", "/checkout")]

    assert all("Wool coat, navy, M is now €64.90. It was €59.90." in page for page in pages)
    assert all("That suits me" in page for page in pages)
    assert (accepted.status, accepted.headers["Location"]) == (303, "/checkout")
    assert [CHANGED in page for page in after] == [False, False]


async def test_a_price_that_makes_the_delivery_cost_something_tells_both(browser: Browser, database: Database) -> None:
    await fill(browser, database, sku=COAT, price_cents=6000)
    await browser.get("/cart")
    await _change(database, COAT, "price_cents = 5900")

    page = (await browser.get("/cart")).text

    assert "Wool coat, navy, M is now €59.00. It was €60.00." in page
    assert "Delivery is now €4.90. It was free." in page


async def test_what_the_shopper_changed_is_no_news(browser: Browser, database: Database) -> None:
    await fill(browser, database, sku=COAT, quantity=3, price_cents=2900)
    await browser.get("/cart")

    await browser.submit(f"/cart/items/{COAT}", {"quantity": "1"})

    assert CHANGED not in (await browser.get("/cart")).text


async def test_one_button_takes_every_change_and_the_rest_can_be_ordered(browser: Browser, database: Database) -> None:
    await fill(browser, database, sku=COAT, quantity=3, price_cents=5990)
    for sku in (SOCKS, HAT):
        await add_variant(database, sku=sku)
        await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 2})
    await browser.get("/cart")
    await _change(database, COAT, "price_cents = 6490, stock = 2")
    await _change(database, SOCKS, "stock = 0")

    page = (await browser.get("/cart")).text
    await browser.submit("/cart/accept", {"operation_id": "a-1"})

    assert "<li>Wool coat, navy, M: Two left, you asked for three.</li>" in page
    assert "<li>Wool coat, navy, M: Sold out just now.</li>" in page
    assert "Take what is left" in page
    assert await _quantities(browser) == {COAT: 2, HAT: 2}
    assert CHANGED not in (await browser.get("/checkout")).text
