"""Orders through the API."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from shared.db import Database
from storefront.shop import Shop
from tests.factories import count, stock_of
from tests.fakes import ListPublisher
from tests.web.baskets import ADDRESS, fill, order, wish
from tests.web.browser import Browser


async def test_an_order_is_placed_told_and_announced(browser: Browser, database: Database, sent: ListPublisher) -> None:
    cart = await fill(browser, database, quantity=2, price_cents=2900)

    answer = await order(browser, wish(cart))

    placed = answer.json
    assert answer.status == 201
    assert "Idempotency-Replayed" not in answer.headers
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", placed["number"])
    assert re.fullmatch(rf"http://localhost:\d+/orders/{placed['number']}\?key=[a-z2-7]{{26}}", placed["url"])
    assert placed["placed_at"].endswith("Z")
    assert (placed["subtotal_cents"], placed["shipping_cents"], placed["total_cents"]) == (5800, 490, 6290)
    assert placed["vat"] == [{"rate_bp": 1900, "net_cents": 5286, "vat_cents": 1004}]
    assert (placed["order_status"], placed["payment_status"]) == ("pending", "pending")
    assert placed["steps"] == [
        {"step": "payment", "ref": "0", "state": "queued", "attempts": 0, "next_retry_at": None, "error": None}
    ]
    assert placed["shipping_address"] == ADDRESS
    assert [message.headers["order_number"] for message in sent.sent] == [placed["number"]]
    assert sent.sent[0].headers["request_id"] == answer.headers["X-Request-Id"]


async def test_what_was_ordered_leaves_the_cart_and_what_came_later_stays(browser: Browser, database: Database) -> None:
    cart = await fill(browser, database, sku="WC14-NAV-M")
    await order(browser, wish(cart))

    after = await fill(browser, database, sku="MJ08-FOR-M", quantity=3)

    assert [(line["sku"], line["quantity"]) for line in after["lines"]] == [("MJ08-FOR-M", 3)]


async def test_the_same_key_and_body_is_the_same_order(
    browser: Browser, database: Database, sent: ListPublisher
) -> None:
    cart = await fill(browser, database)
    first = await order(browser, wish(cart))

    again = await order(browser, wish(cart))

    assert again.status == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json == first.json
    assert len(sent.sent) == 1
    assert await count(database, "orders") == 1


async def test_the_same_key_with_another_body_is_refused(browser: Browser, database: Database) -> None:
    cart = await fill(browser, database)
    await order(browser, wish(cart))

    answer = await order(browser, wish(cart, shipping_method="express"))

    assert (answer.status, answer.json["type"]) == (422, "/problems/key-reused")


async def test_another_key_for_the_same_cart_names_the_order_there_is(browser: Browser, database: Database) -> None:
    cart = await fill(browser, database)
    placed = (await order(browser, wish(cart))).json

    answer = await order(browser, wish(cart), "key-2")

    assert (answer.status, answer.json["type"]) == (409, "/problems/cart-ordered")
    assert answer.json["number"] == placed["number"]


async def test_an_order_needs_a_key(browser: Browser, database: Database) -> None:
    answer = await browser.api("POST", "/orders", wish(await fill(browser, database)))

    assert (answer.status, answer.json["type"]) == (400, "/problems/key-missing")


async def test_nothing_is_ordered_with_an_empty_cart(browser: Browser, database: Database) -> None:
    answer = await order(browser, wish({"revision": 0}))

    assert (answer.status, answer.json["type"]) == (409, "/problems/cart-empty")


async def test_a_cart_that_was_changed_is_told_with_todays_cart(browser: Browser, database: Database) -> None:
    cart = await fill(browser, database)
    sku = cart["lines"][0]["sku"]
    await browser.api("PUT", f"/cart/items/{sku}", {"quantity": 3})

    answer = await order(browser, wish(cart))

    assert (answer.status, answer.json["type"]) == (409, "/problems/cart-changed")
    assert [change["kind"] for change in answer.json["changes"]] == ["revision"]
    assert answer.json["cart"]["item_count"] == 3
    assert await count(database, "orders") == 0


async def test_another_total_than_was_shown_is_told(browser: Browser, database: Database) -> None:
    cart = await fill(browser, database, price_cents=2900)

    answer = await order(browser, wish(cart, total_cents=1))

    assert answer.json["changes"] == [{"sku": None, "kind": "price", "was": 1, "now": 3390}]


async def test_who_comes_too_late_is_told_what_is_left(browser: Browser, database: Database) -> None:
    cart = await fill(browser, database, quantity=3, stock=3)
    sku = cart["lines"][0]["sku"]
    async with database.writer() as connection:
        await connection.execute("UPDATE variants SET stock = 1 WHERE sku = %s", (sku,))

    answer = await order(browser, wish(cart))

    assert (answer.status, answer.json["type"]) == (409, "/problems/sold-out")
    assert answer.json["lines"] == [{"sku": sku, "wanted": 3, "left": 1}]
    assert await stock_of(database, sku) == 1


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"email": "jana@"}, ["email"]),
        ({"email": "jana"}, ["email"]),
        ({"email": "j" * 250 + "@example.com"}, ["email"]),
        ({"email": "jana\x00@example.com"}, ["email"]),
        ({"email": 7}, ["email"]),
        ({"shipping_address": ADDRESS | {"postcode": "1096"}}, ["shipping_address.postcode"]),
        ({"shipping_address": {k: v for k, v in ADDRESS.items() if k != "city"}}, ["shipping_address.city"]),
        ({"shipping_address": ADDRESS | {"country": "US"}}, ["shipping_address.country"]),
        ({"shipping_address": ADDRESS | {"name": "x" * 300}}, ["shipping_address.name"]),
        ({"shipping_address": ADDRESS | {"name": "two\nlines"}}, ["shipping_address.name"]),
        ({"shipping_address": ADDRESS | {"name": " "}}, ["shipping_address.name"]),
        ({"shipping_address": ADDRESS | {"name": "\ud800"}}, ["shipping_address.name"]),
        ({"shipping_address": ADDRESS | {"floor": "2"}}, ["shipping_address.floor"]),
        (
            {"billing_address": ADDRESS | {"postcode": "x", "city": ""}},
            ["billing_address.city", "billing_address.postcode"],
        ),
        ({"shipping_method": "drone"}, ["shipping_method"]),
        ({"payment": {"method": "cash"}}, ["payment.method"]),
        ({"payment": {"method": "invoice", "token": "tok_success"}}, ["payment.token"]),
        ({"cart_revision": "1"}, ["cart_revision"]),
        ({"cart_revision": -1}, ["cart_revision"]),
        ({"total_cents": 1.5}, ["total_cents"]),
        ({"gift": True, "email": None}, ["email", "gift"]),
    ],
)
async def test_what_does_not_fit_is_named(
    browser: Browser, database: Database, change: dict[str, Any], fields: list[str]
) -> None:
    cart = await fill(browser, database)

    answer = await order(browser, wish(cart, **change))

    assert (answer.status, answer.json["type"]) == (422, "/problems/validation")
    assert sorted(answer.fields) == sorted(fields)
    assert (await browser.api("GET", "/cart")).json == cart
    assert await count(database, "orders") == 0


@pytest.mark.parametrize("name", ['O\'Neil "Bob"', "<b>&amp;</b>", "שרה כהן", "李小龍", "Zoë 👗", "x" * 100])
async def test_any_name_is_kept_as_it_is(browser: Browser, database: Database, name: str) -> None:
    cart = await fill(browser, database)

    answer = await order(browser, wish(cart, shipping_address=ADDRESS | {"name": name}))

    assert answer.status == 201
    assert answer.json["shipping_address"]["name"] == name


async def test_a_card_is_paid_by_token(browser: Browser, database: Database, sent: ListPublisher) -> None:
    cart = await fill(browser, database)

    answer = await order(browser, wish(cart, payment={"method": "card", "token": "tok_success"}))

    assert answer.status == 201
    assert answer.json["steps"][0]["state"] == "queued"
    assert len(sent.sent) == 1


async def test_a_card_without_a_token_waits_for_the_hosted_page(
    browser: Browser, database: Database, sent: ListPublisher
) -> None:
    cart = await fill(browser, database)

    answer = await order(browser, wish(cart, payment={"method": "card"}))

    assert answer.json["steps"][0]["state"] == "waiting"
    assert sent.sent == []


async def test_an_order_is_for_its_readers(new_browser: Callable[[], Browser], database: Database) -> None:
    buyer, stranger = new_browser(), new_browser()
    placed = (await order(buyer, wish(await fill(buyer, database)))).json
    path = f"/orders/{placed['number']}"
    key = placed["url"].partition("?")[2]

    assert (await buyer.api("GET", path)).json["number"] == placed["number"]
    assert (await stranger.api("GET", path)).status == 404
    assert (await stranger.api("GET", f"{path}?key=wrong")).status == 404
    assert (await stranger.api("GET", f"{path}?{key}")).json == placed


@pytest.mark.parametrize("number", ["0000-0000", "nothing", "%27", "K7QM4X2D"])
async def test_an_unknown_order_is_404(browser: Browser, number: str) -> None:
    assert (await browser.api("GET", f"/orders/{number}")).status == 404


async def test_the_sixty_first_order_in_a_minute_waits_but_a_replay_does_not(
    browser: Browser, database: Database, shop: Shop
) -> None:
    cart = await fill(browser, database)
    first = await order(browser, wish(cart))
    for _ in range(60):
        await order(browser, wish(cart), "key-other")

    refused = await order(browser, wish(cart), "key-other")
    replayed = await order(browser, wish(cart))

    assert refused.status == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert replayed.json == first.json


async def test_a_queue_that_is_away_never_stops_an_order(
    browser: Browser, database: Database, sent: ListPublisher
) -> None:
    cart = await fill(browser, database)
    sent.is_away = True

    answer = await order(browser, wish(cart))

    sent.is_away = False
    assert answer.status == 201
    assert await count(database, "outbox") == 1


async def test_a_cart_that_was_not_emptied_is_emptied_at_the_next_look(
    browser: Browser, database: Database, shop: Shop
) -> None:
    cart = await fill(browser, database)
    as_before = await shop.redis.hgetall(_key(browser))
    await order(browser, wish(cart))
    await shop.redis.delete(_key(browser), _key(browser) + ":ops")
    for name, value in as_before.items():
        await shop.redis.hset(_key(browser), name, value)

    answer = await browser.api("GET", "/cart")

    assert answer.json["lines"] == []


def _key(browser: Browser) -> str:
    return f"cart:{{{browser.cookies['cart'].split('.')[1]}}}"


async def test_the_catalogue_sets_the_price_never_the_client(browser: Browser, database: Database) -> None:
    cart = await fill(browser, database, price_cents=2900)
    async with database.writer() as connection:
        await connection.execute("UPDATE variants SET price_cents = 3900")

    placed = (await order(browser, wish(cart))).json

    assert placed["lines"][0]["unit_price_cents"] == 3900
