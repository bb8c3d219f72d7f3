"""What the shop needs is away or hangs: whatever can do without it does, and says what waits."""

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from shared import own_writes
from shared.db import Database
from shared.settings import Settings
from tests.factories import add_variant
from tests.replicas import until_level
from tests.web.accounts import EMAIL, PASSWORD, a_user, forget_rates, sign_in
from tests.web.baskets import ADDRESS, order, wish
from tests.web.browser import Answer, Browser
from tests.web.kept import forget_kept
from tests.web.wired_shop import WiredShop, open_wired_shop

OPEN = ("/imprint", "/livez", "/readyz", "/account/sign-in")
BROWSING = ("/", "/shop?q=coat", "/products/coat")
PICTURE = "/media/pictures/ribbed-socks-forest.svg"
EITHER = pytest.mark.parametrize("hung", [False, True], ids=["away", "hung"])


@pytest_asyncio.fixture(scope="module")
async def _wired(
    settings: Settings, schema: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[WiredShop]:
    async with open_wired_shop(settings, tmp_path_factory.mktemp("wired")) as opened:
        yield opened


@pytest_asyncio.fixture
async def wired(_wired: WiredShop, database: Database) -> AsyncIterator[WiredShop]:
    await forget_rates(_wired.shop)
    await forget_kept(_wired.shop)
    yield _wired
    await _wired.give_back()


@dataclass
class Buyer(Browser):
    """Somebody with an account, a coat in the cart, and an order by card behind them."""

    order_path: str = ""

    async def statuses(self, *paths: str) -> dict[str, int]:
        return {path: (await self.get(path)).status for path in paths}


@pytest_asyncio.fixture
async def buyer(wired: WiredShop, database: Database) -> Buyer:
    await a_user(wired.shop)
    await add_variant(database, sku="COAT")
    made = Buyer(wired.url)
    await sign_in(made, EMAIL, PASSWORD)
    cart = (await made.api("POST", "/cart/items", {"sku": "COAT", "quantity": 1})).json
    placed = await order(made, wish(cart, payment={"method": "card"}))
    made.order_path = "/" + placed.json["url"].split("/", 3)[3]
    await made.api("POST", "/cart/items", {"sku": "COAT", "quantity": 2})
    return made


async def all_of(buyer: Buyer) -> dict[str, int]:
    return await buyer.statuses(*OPEN, *BROWSING, "/cart", "/checkout", buyer.order_path, "/account")


async def check_out(buyer: Buyer, key: str, payment: str) -> Answer:
    page = (await buyer.get("/checkout")).text
    revision = re.findall(r'name="cart_revision" value="(\d+)"', page)[0]
    fields = {**ADDRESS, "email": EMAIL, "billing_same": "1", "shipping_method": "standard", "payment": payment}
    return await buyer.submit("/checkout", {**fields, "checkout_key": key, "cart_revision": revision})


def banners(answer: Answer) -> list[str]:
    return re.findall(r'<p class="note bar" role="status">([^<]+)</p>', answer.text)


async def told(buyer: Buyer) -> dict[str, Any]:
    answer = await buyer.get("/readyz")
    assert answer.status == 200
    return dict(answer.json)


@EITHER
async def test_without_redis_every_page_is_served_from_the_first_request_on(
    wired: WiredShop, buyer: Buyer, hung: bool
) -> None:
    wired.take("redis", hung=hung)

    at_first = await all_of(buyer)
    placed = await check_out(buyer, "k-2", "invoice")

    assert set(at_first.values()) == {200}
    assert placed.status == 303
    assert (await buyer.api("GET", "/cart")).json["lines"] == []


@EITHER
async def test_without_sqs_an_order_is_placed_and_its_message_waits_in_the_database(
    wired: WiredShop, buyer: Buyer, database: Database, hung: bool
) -> None:
    wired.take("sqs", hung=hung)

    placed = [await check_out(buyer, "k-2", "invoice"), await buyer.get("/cart")]
    await wired.noticed("sqs")

    assert [answer.status for answer in placed] == [303, 200]
    assert set((await all_of(buyer)).values()) <= {200, 303}
    async with database.writer() as connection:
        row = await connection.row("SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL")
    assert row is not None
    assert row["n"] >= 1
    assert (await told(buyer))["dependencies"]["sqs"]["state"] == "sick"


@EITHER
async def test_without_the_card_provider_orders_are_placed_and_paying_waits(
    wired: WiredShop, buyer: Buyer, hung: bool
) -> None:
    wired.take("payment", hung=hung)
    pay = buyer.order_path.replace("?", "/pay?")

    refused = await buyer.submit(pay, {"payment": "card"})
    await wired.noticed("payment")
    checkout, page = await buyer.get("/checkout"), await buyer.get(buyer.order_path)
    placed = await check_out(buyer, "k-2", "card")
    await wired.give_back()
    paid = await buyer.submit(pay, {"payment": "card"})

    assert (refused.status, refused.headers["Retry-After"]) == (503, "10")
    assert "Your order is kept." in refused.text
    assert banners(checkout) == ["We are working on our payment connection. You can order; paying by card comes later."]
    assert banners(page) == [
        "We are working on our payment connection. Your order is kept; paying by card comes later."
    ]
    assert placed.status == paid.status == 303
    assert banners(await buyer.get("/checkout")) == banners(await buyer.get(buyer.order_path)) == []


@EITHER
async def test_without_the_writer_the_shop_is_looked_through_and_carts_are_shown(
    wired: WiredShop, buyer: Buyer, hung: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_writes, "MARK_S", 0)  # as if it were long ago that tests took Redis away
    await until_level(wired.shop.database)
    wired.take("writer", hung=hung)
    await buyer.get("/checkout")
    await wired.noticed("writer")

    seen = await all_of(buyer)
    cart, checkout = await buyer.get("/cart"), await buyer.get("/checkout")

    assert {path: status for path, status in seen.items() if status != 200} == {"/checkout": 503}
    assert banners(cart) == ["We cannot take orders for a moment. Your cart is kept."]
    assert "Wool coat" in cart.text
    assert "Looking round works, your cart is kept." in checkout.text
    assert int(checkout.headers["Retry-After"]) > 0
    assert (await buyer.api("GET", "/cart")).json["item_count"] == 2


@EITHER
async def test_without_the_readers_the_writer_answers_for_them(wired: WiredShop, buyer: Buyer, hung: bool) -> None:
    wired.take("readers", hung=hung)
    await buyer.get("/")
    await wired.noticed("readers")

    assert set((await all_of(buyer)).values()) == {200}
    assert (await told(buyer))["mode"] == "reduced"


@EITHER
async def test_without_the_database_what_needs_none_is_shown_and_the_rest_says_so(
    wired: WiredShop, buyer: Buyer, hung: bool
) -> None:
    wired.take("writer", "readers", hung=hung)
    at_first = await all_of(buyer)
    await wired.noticed("writer")
    await wired.noticed("readers")

    seen, home, cart = await all_of(buyer), await buyer.get("/"), await buyer.get("/cart")
    missing = await buyer.get("/no-such-page")

    assert set(at_first.values()) == {200, 503}
    assert [path for path, status in seen.items() if status == 200] == [*OPEN, "/cart"]
    assert "We are closed for a moment" in home.text
    assert int(home.headers["Retry-After"]) > 0
    assert "Names and prices are away for a moment. Your cart is kept." in cart.text
    assert '<dt class="num">COAT</dt><dd class="num">2 pieces</dd>' in cart.text
    assert missing.status == 404


async def test_without_the_media_folder_pictures_are_missing_and_documents_are_fetched_again(
    wired: WiredShop, buyer: Buyer, database: Database
) -> None:
    stored = await wired.shop.media.store("documents", ".pdf", b"%PDF-1.7")
    async with database.writer() as connection:
        await connection.execute(
            "INSERT INTO documents (kind, subject, revision, state, snapshot, number, sha256, path, size, reserved_at, "
            "done_at) SELECT 'invoice', CONCAT('order:', id), 0, 'done', '{}', 'I000001', %s, %s, %s, "
            "UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM orders",
            (stored.sha256, stored.path, stored.size),
        )
    document = buyer.order_path.replace("?", "/documents/I000001.pdf?")
    wired.take("media")
    at_once = await buyer.get(document)
    await wired.noticed("media")

    later, picture, page = await buyer.get(document), await buyer.get(PICTURE), await buyer.get(buyer.order_path)
    pages = await all_of(buyer)
    await wired.give_back()

    assert at_once.status == later.status == picture.status == 503
    assert "This document is being fetched again." in later.text
    assert banners(page) == ["We are working on our archive. Documents come back by themselves."]
    assert set(pages.values()) == {200}
    assert await buyer.statuses(document, PICTURE) == {document: 200, PICTURE: 200}


async def test_a_file_that_hangs_takes_no_page_with_it(wired: WiredShop, buyer: Buyer) -> None:
    pipe = wired.media / "pictures" / "hung.svg"
    os.mkfifo(pipe)  # whoever opens it to read waits for a writer
    try:
        hung, page = await buyer.get("/media/pictures/hung.svg"), await buyer.get("/")
    finally:
        os.close(os.open(pipe, os.O_RDWR))
        pipe.unlink()

    assert (hung.status, page.status) == (503, 200)


@pytest.mark.parametrize("name", ["redis", "sqs", "payment", "readers", "media"])
async def test_a_public_page_is_the_same_for_everybody_whatever_is_away(
    wired: WiredShop, buyer: Buyer, name: str
) -> None:
    before = [(await Browser(wired.url).get(path)).body for path in (*BROWSING, "/imprint")]
    wired.take(name)
    await wired.noticed(name)

    assert [(await buyer.get(path)).body for path in (*BROWSING, "/imprint")] == before


@pytest.mark.parametrize("name", ["writer", "readers", "redis", "sqs", "payment", "media"])
async def test_readyz_and_the_metrics_tell_what_is_sick_and_since_when(wired: WiredShop, name: str) -> None:
    browser = Buyer(wired.url)
    well = await told(browser)
    wired.take(name)
    await wired.noticed(name)
    sick, metrics = await told(browser), (await browser.get("/metrics")).text
    await wired.give_back()
    again = await told(browser)

    assert (well["ready"], sick["ready"], again["ready"]) == (True, True, True)
    assert (well["mode"], sick["mode"], again["mode"]) == ("normal", "reduced", "normal")
    assert [one for one, state in sick["dependencies"].items() if state["state"] == "sick"] == [name]
    assert sick["dependencies"][name]["since"] >= well["dependencies"][name]["since"]
    assert f'dependency_well{{dependency="{name}"}} 0.0' in metrics
