"""The cart through the API."""

from collections.abc import Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from shared.db import Database
from storefront.shop import Shop
from tests.factories import add_variant
from tests.web.browser import Browser


async def test_nobody_has_a_cart_until_something_is_added(browser: Browser) -> None:
    answer = await browser.api("GET", "/cart")

    assert answer.status == 200
    assert answer.json == {"revision": 0, "currency": "EUR", "lines": [], "subtotal_cents": 0, "item_count": 0}
    assert browser.cookies == {}


async def test_adding_answers_with_the_whole_cart(browser: Browser, database: Database) -> None:
    sku = await add_variant(database, stock=120, price_cents=24900)

    answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 2})

    assert answer.status == 200
    assert answer.json["lines"] == [
        {
            "sku": sku,
            "slug": sku.lower(),
            "name": "Wool coat",
            "colour": "navy",
            "size": "M",
            "quantity": 2,
            "unit_price_cents": 24900,
            "line_total_cents": 49800,
            "available": 99,
        }
    ]
    assert (answer.json["subtotal_cents"], answer.json["item_count"]) == (49800, 2)
    assert (await browser.api("GET", "/cart")).json == answer.json


async def test_a_change_asks_the_database_for_orders_and_for_all_pieces_at_once(
    browser: Browser, database: Database, statements: list[str]
) -> None:
    for sku in ("COAT", "SOCKS"):
        await add_variant(database, sku)
    await browser.api("POST", "/cart/items", {"sku": "COAT", "quantity": 1})
    statements.clear()

    added = await browser.api("POST", "/cart/items", {"sku": "SOCKS", "quantity": 1})
    changed = await browser.api("PUT", "/cart/items/COAT", {"quantity": 2})

    assert (added.json["item_count"], changed.json["item_count"]) == (2, 3)
    words = [word for sql in statements for word in ("v.sku IN", "FROM orders") if word in sql]
    assert words == ["v.sku IN", "FROM orders"] * 2


async def test_what_another_tab_put_in_meanwhile_is_answered_with_its_price(
    browser: Browser, new_browser: Callable[[], Browser], database: Database
) -> None:
    for sku, price_cents in (("COAT", 24900), ("SOCKS", 900), ("HAT", 3900)):
        await add_variant(database, sku, price_cents=price_cents)
    await browser.api("POST", "/cart/items", {"sku": "COAT", "quantity": 1})
    other = new_browser()
    other.cookies = dict(browser.cookies)
    await other.api("POST", "/cart/items", {"sku": "SOCKS", "quantity": 2})

    answer = await browser.api("POST", "/cart/items", {"sku": "HAT", "quantity": 1})

    lines = [(line["sku"], line["quantity"], line["unit_price_cents"]) for line in answer.json["lines"]]
    assert lines == [("COAT", 1, 24900), ("SOCKS", 2, 900), ("HAT", 1, 3900)]


async def test_a_line_is_set_and_taken_out(browser: Browser, database: Database) -> None:
    sku = await add_variant(database)
    await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 2})

    put = await browser.api("PUT", f"/cart/items/{sku}", {"quantity": 5})
    deleted = await browser.api("DELETE", f"/cart/items/{sku}")
    again = await browser.api("DELETE", f"/cart/items/{sku}")

    assert put.json["item_count"] == 5
    assert deleted.json["lines"] == []
    assert again.status == 200


async def test_the_cookie_holds_the_signed_cart_and_its_flags(browser: Browser, database: Database) -> None:
    sku = await add_variant(database)

    answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 2})

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("cart=v1.")
    assert f".{sku}*2." in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie


@pytest.mark.parametrize("cookie", ["junk", "v1.x.1.A*1.0000.zzz", "", "v1", '"', "v1.." + "A" * 5000])
async def test_a_junk_cookie_is_no_cookie(browser: Browser, cookie: str, database: Database) -> None:
    browser.cookies["cart"] = cookie

    assert (await browser.api("GET", "/cart")).json["revision"] == 0


async def test_a_forged_cookie_opens_nobodys_cart(new_browser: Callable[[], Browser], database: Database) -> None:
    sku = await add_variant(database)
    owner, thief = new_browser(), new_browser()
    await owner.api("POST", "/cart/items", {"sku": sku, "quantity": 1})
    thief.cookies["cart"] = owner.cookies["cart"][:-1] + ("A" if owner.cookies["cart"][-1] != "A" else "B")

    assert (await thief.api("GET", "/cart")).json["revision"] == 0


async def test_visits_without_a_cookie_leave_no_key(shop: Shop, browser: Browser) -> None:
    before = await _keys(shop.redis)

    for path in ("/", "/shop", "/api/v1/cart"):
        await browser.get(path)

    assert await _keys(shop.redis) == before


async def _keys(redis: Redis) -> int:
    return len(await redis.keys("cart:*"))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"quantity": 100}, "quantity"),
        ({"quantity": "1;"}, "quantity"),
        ({"quantity": "1"}, "quantity"),
        ({"quantity": 10**20}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"quantity": [1]}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"gift": True}, "gift"),
        ({"sku": 7}, "sku"),
        ({"sku": ""}, "sku"),
    ],
)
async def test_what_does_not_fit_is_named(
    browser: Browser, database: Database, body: dict[str, Any], field: str
) -> None:
    sku = await add_variant(database)

    answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1} | body)

    assert answer.status == 422
    assert answer.json["type"] == "/problems/validation"
    assert answer.fields == [field]


async def test_a_missing_quantity_is_named(browser: Browser, database: Database) -> None:
    answer = await browser.api("POST", "/cart/items", {"sku": await add_variant(database)})

    assert (answer.status, answer.fields) == (422, ["quantity"])


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"[]",
        b"7",
        b"\xff\xfe",
        b'{"sku": "A", "sku": "B", "quantity": 1}',
        b"[" * 60_000,
        b'{"quantity": NaN}',
    ],
)
async def test_an_unreadable_body_is_400(browser: Browser, body: bytes) -> None:
    answer = await browser.ask("POST", "/api/v1/cart/items", body, {"Content-Type": "application/json"})

    assert answer.status == 400
    assert answer.json["type"] == "/problems/unreadable"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_read(browser: Browser, kind: str) -> None:
    answer = await browser.ask("POST", "/api/v1/cart/items", "{}", {"Content-Type": kind})

    assert (answer.status, answer.json["type"]) == (415, "/problems/unsupported-media-type")


@pytest.mark.parametrize("sku", ["NO-SUCH-SKU", "no-such", "%F0%9F%91%95", "A" * 25, "Ä", "%00"])
async def test_an_unknown_sku_is_404(browser: Browser, sku: str) -> None:
    answer = await browser.api("PUT", f"/cart/items/{sku}".replace("Ä", "%C3%84"), {"quantity": 1})

    assert (answer.status, answer.json["type"]) == (404, "/problems/not-found")


async def test_more_than_there_is_is_refused_with_what_is_left(browser: Browser, database: Database) -> None:
    sku = await add_variant(database, stock=3)
    await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 2})

    answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 2})

    assert (answer.status, answer.json["type"]) == (409, "/problems/sold-out")
    assert answer.json["lines"] == [{"sku": sku, "wanted": 4, "left": 3}]
    assert (await browser.api("GET", "/cart")).json["item_count"] == 2


async def test_a_line_never_holds_more_than_99(browser: Browser, database: Database) -> None:
    sku = await add_variant(database, stock=500)
    await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 60})

    answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 60})

    assert (answer.status, answer.fields) == (422, ["quantity"])


async def test_an_operation_is_done_once_and_only_once(browser: Browser, database: Database) -> None:
    sku = await add_variant(database)
    operation = {"Operation-Id": "add-1"}
    await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1}, operation)

    again = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1}, operation)
    other = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 2}, operation)

    assert again.json["item_count"] == 1
    assert (other.status, other.json["type"]) == (422, "/problems/operation-reused")


@pytest.mark.parametrize("operation_id", ["a" * 129, "a b", "caf\xe9"])
async def test_an_operation_id_is_visible_ascii(browser: Browser, database: Database, operation_id: str) -> None:
    sku = await add_variant(database)

    answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1}, {"Operation-Id": operation_id})

    assert (answer.status, answer.fields) == (422, ["Operation-Id"])


async def test_a_withdrawn_piece_is_gone(browser: Browser, database: Database) -> None:
    sku = await add_variant(database)
    async with database.writer() as connection:
        await connection.execute("UPDATE variants SET withdrawn_at = UTC_TIMESTAMP(6) WHERE sku = %s", (sku,))

    answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1})

    assert (answer.status, answer.json["type"]) == (410, "/problems/gone")
