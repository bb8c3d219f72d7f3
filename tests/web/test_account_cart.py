"""The cart of an account: it follows to other browsers, and takes in what was put aside as a guest, once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio

from shared.db import Database
from shared.services import account_carts as service
from storefront import account_carts
from storefront.cart_store import StoreAway
from storefront.shop import Shop
from tests.factories import add_variant, count
from tests.web.accounts import a_user, forget_rates, sign_in
from tests.web.baskets import order, wish
from tests.web.browser import Answer, Browser

COAT, HAT = "WC14-NAV-M", "HT03-RED-M"
REPORT = "/account/joined?next=/account"
NewBrowser = Callable[[], Browser]


@pytest_asyncio.fixture(autouse=True)
async def _fresh(shop: Shop, database: Database) -> None:
    await forget_rates(shop)
    for sku in (COAT, HAT):
        await add_variant(database, sku, stock=150)
    await a_user(shop)


async def put(browser: Browser, **quantities: int) -> None:
    for name, quantity in quantities.items():
        sku = {"coat": COAT, "hat": HAT}[name]
        answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": quantity})
        assert answer.status == 200, answer.text


async def cart_of(browser: Browser) -> dict[str, int]:
    await browser.get("/cart")
    lines = (await browser.api("GET", "/cart")).json["lines"]
    return {{COAT: "coat", HAT: "hat"}[line["sku"]]: line["quantity"] for line in lines}


async def read(browser: Browser, path: str = REPORT) -> str:
    answer = await browser.get(path)
    assert answer.status == 200, answer.headers.get("Location")
    return answer.text


async def elsewhere(new_browser: NewBrowser, email: str = "jana@example.com", **quantities: int) -> Browser:
    """Another browser of the account, in which this is put into the cart."""
    browser = new_browser()
    await sign_in(browser, email)
    await put(browser, **quantities)
    return browser


async def test_the_first_cart_of_an_account_is_the_guests_as_it_is(browser: Browser) -> None:
    await put(browser, coat=2)
    before = browser.cookies["cart"]

    answer = await sign_in(browser)

    assert answer.headers["Location"] == "/account"
    assert browser.cookies["cart"] == before
    assert await cart_of(browser) == {"coat": 2}


async def test_the_cart_is_there_in_every_browser_that_signs_in(browser: Browser, new_browser: NewBrowser) -> None:
    await put(browser, coat=1)
    await sign_in(browser)
    phone = new_browser()
    answer = await sign_in(phone)

    assert answer.headers["Location"] == "/account"
    assert await cart_of(phone) == {"coat": 1}
    await put(phone, hat=2)
    assert await cart_of(browser) == {"coat": 1, "hat": 2}


async def test_what_was_put_aside_as_a_guest_is_added_and_told_of_once(
    browser: Browser, new_browser: NewBrowser
) -> None:
    await elsewhere(new_browser, coat=1)
    await put(browser, coat=1, hat=2)

    answer = await sign_in(browser, next="/account/orders")

    assert answer.headers["Location"] == "/account/joined?next=/account/orders"
    assert await cart_of(browser) == {"coat": 2, "hat": 2}
    assert (await browser.ask("HEAD", REPORT)).status == 200
    page = await read(browser, answer.headers["Location"])
    assert "3 pieces of your earlier cart were joined." in page
    assert 'href="/account/orders"' in page
    again = await browser.get(answer.headers["Location"])
    assert (again.status, again.headers["Location"]) == (303, "/account/orders")


async def test_the_report_is_for_its_account_only_and_leads_nowhere_else(
    browser: Browser, new_browser: NewBrowser, shop: Shop
) -> None:
    await a_user(shop, "eve@example.com")
    eve = await elsewhere(new_browser, "eve@example.com")
    await elsewhere(new_browser, coat=1)
    await put(browser, coat=1)
    await sign_in(browser)

    assert (await eve.get(REPORT)).status == 303
    assert (await new_browser().get(REPORT)).headers["Location"].startswith("/account/sign-in")
    assert "evil" not in await read(browser, "/account/joined?next=//evil.example")


async def test_what_does_not_fit_is_named_and_names_are_escaped(
    browser: Browser, new_browser: NewBrowser, database: Database
) -> None:
    await elsewhere(new_browser, coat=98)
    await put(browser, coat=3, hat=4)
    await _change(database, "UPDATE variants SET stock = 1 WHERE sku = %s", HAT)
    await _change(database, "UPDATE styles SET name = '<b>\"Coat\"</b>'")

    answer = await sign_in(browser)

    page = await read(browser, answer.headers["Location"])
    assert "2 pieces of your earlier cart were joined." in page
    assert re.findall(r"<li>(&lt;.*?)</li>", page) == [
        "&lt;b&gt;&#34;Coat&#34;&lt;/b&gt;, navy, M: 99 is the most of one piece; 2 were left out.",
        "&lt;b&gt;&#34;Coat&#34;&lt;/b&gt;, navy, M: only 1 left; 3 were left out.",
    ]
    assert await cart_of(browser) == {"coat": 99, "hat": 1}


async def _change(database: Database, statement: str, *values: object) -> None:
    async with database.writer() as connection:
        await connection.execute(statement, values)


async def test_signing_in_again_because_the_answer_was_lost_joins_once_and_tells_all_the_same(
    browser: Browser, new_browser: NewBrowser
) -> None:
    await elsewhere(new_browser, coat=1)
    await put(browser, coat=2)
    guest = dict(browser.cookies)

    await sign_in(browser)
    browser.cookies = guest
    answer = await sign_in(browser)

    assert answer.headers["Location"] == REPORT
    assert await cart_of(browser) == {"coat": 3}


async def test_an_old_cookie_brings_nothing_back_but_what_was_added_since_is_joined(
    browser: Browser, new_browser: NewBrowser
) -> None:
    await elsewhere(new_browser, coat=1)
    await put(browser, coat=2)
    guest = dict(browser.cookies)
    await sign_in(browser)
    browser.cookies = guest

    await put(browser, hat=1)

    assert await cart_of(browser) == {"hat": 1}
    await sign_in(browser)
    assert await cart_of(browser) == {"coat": 3, "hat": 1}


class Dying(Exception):
    """The storefront is gone just here."""


@pytest.mark.parametrize("point", ["look_up", "take_guest_cart", "due_joins", "join", "after_join", "note_joined"])
async def test_a_storefront_that_dies_on_the_way_loses_nothing_and_doubles_nothing(
    browser: Browser, new_browser: NewBrowser, shop: Shop, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    await elsewhere(new_browser, coat=1)
    await put(browser, coat=2, hat=1)
    name = point.removeprefix("after_")
    place: Any = {"take_guest_cart": service, "look_up": shop.carts, "join": shop.carts}.get(name, account_carts)
    real = getattr(place, name)

    async def die(*arguments: Any) -> None:
        if point == "after_join":
            await real(*arguments)
        raise Dying

    monkeypatch.setattr(place, name, die)
    assert (await sign_in(browser)).status == 500
    monkeypatch.undo()

    await sign_in(browser)

    assert await cart_of(browser) == {"coat": 3, "hat": 1}
    assert "3 pieces of your earlier cart were joined." in await read(browser)


async def test_a_store_that_is_away_leaves_the_guests_cart_as_it_is_until_it_is_back(
    browser: Browser, new_browser: NewBrowser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await elsewhere(new_browser, coat=1)
    await put(browser, hat=2)
    before = browser.cookies["cart"]

    async def away(*_: Any) -> None:
        raise StoreAway

    monkeypatch.setattr(shop.carts, "look_up", away)
    answer = await sign_in(browser)
    assert (answer.status, answer.headers["Location"]) == (303, "/account")
    assert browser.cookies["cart"] == before
    assert await cart_of(browser) == {"hat": 2}
    monkeypatch.undo()

    answer = await browser.get("/cart")

    assert (answer.status, answer.headers["Location"]) == (303, "/account/joined?next=/cart")
    assert "2 pieces of your earlier cart were joined." in await read(browser, answer.headers["Location"])
    assert await cart_of(browser) == {"coat": 1, "hat": 2}


async def test_a_store_that_goes_away_after_the_cart_was_taken_gets_its_pieces_at_the_next_look(
    browser: Browser, new_browser: NewBrowser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await elsewhere(new_browser, coat=1)
    await put(browser, hat=2)

    async def away(*_: Any) -> None:
        raise StoreAway

    monkeypatch.setattr(shop.carts, "join", away)
    assert (await sign_in(browser)).status == 303
    monkeypatch.undo()

    assert await cart_of(browser) == {"coat": 1, "hat": 2}


async def test_an_emptied_store_begins_a_new_cart_and_the_copies_come_back_one_by_one(
    browser: Browser, new_browser: NewBrowser, shop: Shop
) -> None:
    phone = await elsewhere(new_browser, coat=1)
    await shop.redis.flushall()
    await sign_in(browser)
    await put(browser, hat=1)

    assert await cart_of(phone) == {"coat": 1, "hat": 1}
    assert await cart_of(browser) == {"coat": 1, "hat": 1}


async def test_after_signing_out_the_browser_shows_nothing_and_the_account_keeps_it(
    browser: Browser, new_browser: NewBrowser, shop: Shop
) -> None:
    await put(browser, coat=2)
    await sign_in(browser)
    await shop.redis.flushall()

    answer = await browser.submit("/account/sign-out", {})

    assert any(line.startswith('cart="";') for line in answer.headers.get_list("Set-Cookie"))
    assert await cart_of(browser) == {}
    assert await cart_of(await elsewhere(new_browser)) == {"coat": 2}


async def test_signing_out_leaves_a_guests_cart_alone(browser: Browser) -> None:
    await put(browser, coat=1)

    await browser.submit("/account/sign-out", {})

    assert await cart_of(browser) == {"coat": 1}


async def test_the_cart_of_another_account_is_no_guests_cart(
    browser: Browser, new_browser: NewBrowser, shop: Shop
) -> None:
    await a_user(shop, "eve@example.com")
    await put(browser, coat=2)
    await sign_in(browser)
    browser.cookies.pop("session")

    await sign_in(browser, "eve@example.com")

    assert await cart_of(browser) == {}
    assert await cart_of(await elsewhere(new_browser)) == {"coat": 2}


async def test_a_cart_that_its_account_lost_is_no_guests_cart_either(
    browser: Browser, new_browser: NewBrowser, shop: Shop
) -> None:
    await a_user(shop, "eve@example.com")
    phone = await elsewhere(new_browser, coat=2)
    await shop.redis.flushall()
    await sign_in(browser)
    phone.cookies.pop("session")

    await sign_in(phone, "eve@example.com")

    assert await cart_of(phone) == {}
    assert await cart_of(browser) == {}


async def test_a_lost_cart_comes_back_from_its_copy_before_somebody_else_gets_the_browser(
    browser: Browser, new_browser: NewBrowser, shop: Shop
) -> None:
    await a_user(shop, "eve@example.com")
    await put(browser, coat=2)
    await sign_in(browser)
    await shop.redis.flushall()
    browser.cookies.pop("session")

    await sign_in(browser, "eve@example.com")

    assert await cart_of(browser) == {}
    assert await cart_of(await elsewhere(new_browser)) == {"coat": 2}


async def test_nobody_goes_on_with_the_cart_of_another_account_while_the_store_is_away(
    browser: Browser, new_browser: NewBrowser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_user(shop, "eve@example.com")
    await put(browser, coat=2)
    await sign_in(browser)
    browser.cookies.pop("session")

    async def away(*_: Any) -> None:
        raise StoreAway

    monkeypatch.setattr(shop.carts, "look_up", away)
    await sign_in(browser, "eve@example.com")
    assert await cart_of(browser) == {}
    await put(browser, hat=1)
    monkeypatch.undo()

    assert await cart_of(browser) == {"hat": 1}
    assert await cart_of(await elsewhere(new_browser)) == {"coat": 2}


async def test_a_guest_still_reads_the_order_of_the_cart_that_was_joined(
    browser: Browser, new_browser: NewBrowser, database: Database
) -> None:
    await elsewhere(new_browser, coat=1)
    await put(browser, hat=1)
    cart = (await browser.api("GET", "/cart")).json
    number = (await order(browser, wish(cart, email="other@example.com"))).json["number"]
    await put(browser, hat=2)

    await sign_in(browser)

    assert await cart_of(browser) == {"coat": 1, "hat": 2}
    assert (await browser.get(f"/orders/{number}")).status == 200
    browser.cookies.pop("session")
    assert (await browser.get(f"/orders/{number}")).status == 404


async def test_a_deleted_account_takes_its_cart_along_from_store_and_copies(
    browser: Browser, new_browser: NewBrowser, shop: Shop, database: Database
) -> None:
    phone = await elsewhere(new_browser, coat=1)
    await put(browser, hat=1)
    await sign_in(browser)

    answer: Answer = await browser.submit("/account/delete", {"password": "correct horse"})

    assert answer.status == 200
    assert [key for key in await shop.redis.keys("cart:*") if phone.cookies["cart"].split(".")[1] in key] == []
    assert await cart_of(phone) == {}
    await put(phone, hat=1)
    assert await cart_of(phone) == {"hat": 1}
    assert await count(database, "taken_carts") == 2
    async with database.writer() as connection:
        rows = await connection.rows("SELECT user_id, pieces, added, cuts FROM taken_carts")
    assert rows == [{"user_id": None, "pieces": "{}", "added": "{}", "cuts": "[]"}] * 2
