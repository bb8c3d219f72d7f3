"""No page, form or call holds the event loop for long: all others wait while one callback computes."""

import asyncio
import hashlib
import hmac
import html
import json
import re
import secrets
import time

import pytest_asyncio

from shared.db import Database
from shared.seed.pictures import copy_pictures
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from shared.services.staff import add_staff, make_password_link
from storefront.handlers.texts import TEXTS
from storefront.load_runs import RUN_HEADER
from storefront.routes import ROUTES
from storefront.shop import Shop
from tests.factories import place
from tests.load_runs import a_token
from tests.loop_watch import NOWHERE, Visitor, watched_loop
from tests.web.accounts import a_user, forget_rates, sign_in
from tests.web.baskets import ADDRESS, order, wish

SKUS = [variant.sku for style in read_catalogue() for variant in style.variants][:100]  # as many as a cart holds
ORDERS = 50  # orders on a full page of the desk
PUBLIC = (
    "/", "/shop", "/shop?q=wool&size=M&in_stock=1&sort=name", "/shop?q=zzz", "/products/merino-jumper",
    "/products/merino-jumper?colour=navy", NOWHERE, *(f"/{name}" for name in TEXTS), "/livez", "/readyz",
    "/metrics", "/api/v1/openapi.json", "/api/v1/products?limit=100", "/api/v1/products?q=wool",
    "/api/v1/products/merino-jumper", "/cart",
)  # fmt: skip
STAFF, PASSWORD = "ada@example.com", "correct horse"


@pytest_asyncio.fixture
async def order_number(database: Database, shop: Shop) -> str:
    """A shop with its catalogue and many orders; the newest order, whose invoice is I000001."""
    await plant(database, read_catalogue(), 1, 10_000)
    await asyncio.to_thread(copy_pictures, shop.settings.media_root)
    placed = [await place(database, dict.fromkeys(SKUS[:9], 1), f"c-{n}", f"k-{n}") for n in range(ORDERS)]
    stored = await shop.media.store("documents", ".pdf", b"%PDF-1.7 " + b"x" * 100_000)
    async with database.writer() as connection:
        await connection.execute(
            "INSERT INTO documents (kind, subject, revision, state, snapshot, number, sha256, path, size, reserved_at, "
            "done_at) SELECT 'invoice', CONCAT('order:', id), 0, 'done', '{}', 'I000001', %s, %s, %s, "
            "UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM orders WHERE number = %s",
            (stored.sha256, stored.path, stored.size, placed[-1].order.number),
        )
    return placed[-1].order.number


async def _look_around(visitor: Visitor) -> None:
    for path in PUBLIC:
        await visitor.get(path)
    home = (await visitor.get("/")).text
    for path in set(re.findall(r'(?:href|src)="(/(?:static|media)/[^"]+)', home)):
        await visitor.get(path)


async def _fill_cart(visitor: Visitor, skus: list[str]) -> None:
    await visitor.api("POST", "/cart/items", {"sku": skus[0], "quantity": 1})
    for sku in skus[1:]:
        await visitor.submit("/cart/items", {"sku": sku, "quantity": "1"})
    await visitor.submit(f"/cart/items/{SKUS[0]}", {"quantity": "2"})
    await visitor.submit(f"/cart/items/{SKUS[0]}", {"remove": "1"})
    await visitor.submit("/cart/undo", {"put_back": SKUS[0], "quantity": "2"})
    await visitor.submit("/cart/accept", {})
    await visitor.get("/cart")
    await visitor.api("PUT", f"/cart/items/{SKUS[0]}", {"quantity": 3})


async def _buy_by_card(visitor: Visitor, shop: Shop) -> None:
    page = (await visitor.get("/checkout")).text
    hidden = {name: html.unescape(value) for name, value in re.findall(r'hidden" name="(\w+)" value="([^"]*)"', page)}
    typed = ADDRESS | {"email": "jana@example.com", "billing_same": "1", "shipping_method": "standard"}
    placed = await visitor.submit("/checkout", hidden | typed | {"payment": "card"})
    path = placed.headers["Location"]
    number = path.partition("?")[0].rpartition("/")[2]
    await visitor.get(path)
    await visitor.submit(f"/orders/{number}/pay", {"payment": "card"})
    await _call_back(visitor, shop, number)


async def _call_back(visitor: Visitor, shop: Shop, number: str) -> None:
    data = {"order_number": number, "amount_cents": 1, "status": "authorized"}
    event = {"id": f"evt_{number}", "type": "authorization.succeeded", "created": "2026-11-25T08:14:03Z", "data": data}
    body, at = json.dumps(event), str(int(time.time()))
    mac = hmac.new(shop.settings.payment_secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Payment-Signature": f"t={at},v1={mac}"}
    await visitor.ask("POST", "/payments/callback", body, headers)


async def _buy_by_api(visitor: Visitor) -> None:
    cart = (await visitor.api("POST", "/cart/items", {"sku": SKUS[0], "quantity": 1})).json
    placed = (await order(visitor, wish(cart))).json
    await visitor.api("GET", f"/orders/{placed['number']}")
    for act in ("cancel", "return", "withdraw"):
        await visitor.get(f"/orders/{placed['number']}/{act}")
    await visitor.api("DELETE", f"/cart/items/{SKUS[0]}")
    await visitor.api("DELETE", "/cart")


async def _work_at_the_desk(visitor: Visitor, token: str, number: str) -> None:
    await visitor.get(f"/back-office/password?token={token}")
    await visitor.submit("/back-office/password", {"token": token, "password": PASSWORD, "again": PASSWORD})
    await visitor.get("/back-office/sign-in")
    await visitor.submit("/back-office/sign-in", {"email": STAFF, "password": PASSWORD})
    at = f"/orders/{number}"
    lists = ("", "/orders", "/orders?q=jana", "/bank", "/bank/record")
    for path in (*lists, at, f"{at}/cancel", f"{at}/documents/I000001.pdf"):
        await visitor.get("/back-office" + path)
    await visitor.get("/back-office/own-password")
    await visitor.submit("/back-office/own-password", {"current": PASSWORD, "password": PASSWORD, "again": PASSWORD})
    await visitor.submit("/back-office/sign-out", {})


async def _see_account(visitor: Visitor, shop: Shop, number: str) -> None:
    """Every page of an account, signed in, with the forms that hash a password."""
    await forget_rates(shop)
    pages = ("/joined", "", "/orders", "/addresses", "/sessions", "/password", "/email", "/export", "/delete")
    for name in ("register", "verify", "forgotten", "reset", "email/confirm", "sign-in"):
        await visitor.get(f"/account/{name}")
    await visitor.api("POST", "/cart/items", {"sku": SKUS[1], "quantity": 1})
    await sign_in(visitor)
    for page in pages:
        await visitor.get("/account" + page)
    await visitor.submit(f"/account/orders/{number}/again", {})
    await visitor.submit("/account/sign-out", {})


async def _look_at_a_load_run(visitor: Visitor, shop: Shop) -> None:
    run = f"walk-{secrets.token_hex(4)}"
    headers = {RUN_HEADER: a_token(shop.settings, run)}
    await visitor.api("POST", "/test-runs", {"run": run}, headers)
    await visitor.api("GET", f"/test-runs/{run}?audit=1", None, headers)
    await visitor.api("POST", f"/test-runs/{run}/end", None, headers)


async def _walk(visitor: Visitor, shop: Shop, number: str, skus: list[str]) -> None:
    staff = await add_staff(shop.database, STAFF, "manager")
    await _look_around(visitor)
    await _fill_cart(visitor, skus)
    await _buy_by_card(visitor, shop)
    await _buy_by_api(visitor)
    await visitor.get(shop.links.document_path(number, "I000001"))
    await _see_account(visitor, shop, number)
    await _look_at_a_load_run(visitor, shop)
    await _work_at_the_desk(visitor, await make_password_link(shop.database, staff.id), number)


async def test_nothing_that_is_asked_for_holds_the_event_loop(base_url: str, shop: Shop, order_number: str) -> None:
    await a_user(shop)
    await _walk(Visitor(base_url), shop, order_number, SKUS[:2])  # templates are compiled and pictures read only once

    with watched_loop() as watch:
        visitor = Visitor(base_url, watch=watch)
        await _walk(visitor, shop, order_number, SKUS)

    missed = [route.path for route in ROUTES if not any(re.fullmatch(route.pattern, path) for path in visitor.seen)]
    assert missed == []
    assert watch.too_long == []


async def _burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        hashlib.sha256(b"cloth").digest()


async def test_a_callback_that_computes_for_long_is_seen() -> None:
    with watched_loop() as watch:
        watch.during = "a long sum"
        await asyncio.create_task(_burn(0.06))

    (told,) = watch.too_long
    assert re.match(r"\d+ ms during a long sum: <Task finished .*_burn\(\)", told)
