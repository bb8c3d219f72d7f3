"""Shoppers of a load run: who is one, what they buy from, and what real shoppers never notice."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from shared.db import Database
from shared.domain.load_runs import RunToken, sign_token
from shared.errors import Unavailable
from shared.settings import Settings
from storefront.load_runs import LoadRuns
from storefront.server import serve
from storefront.shop import Shop, open_shop
from tests.factories import add_variant, count, stock_of
from tests.fakes import ListPublisher
from tests.load_runs import LONG_S, RUN, RunBrowser, a_token, opened
from tests.web.baskets import fill, order, wish
from tests.web.browser import Answer, Browser

SKU = "WC14-NAV-M"
OTHER = "flash-7"


def name_of(answer: Answer) -> tuple[int, str]:
    return answer.status, str(answer.json["type"]).removeprefix("/problems/")


async def bought(shopper: Browser, key: str = "key-1", quantity: int = 1) -> dict[str, Any]:
    cart = (await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": quantity})).json
    placed = await order(shopper, wish(cart), key)
    assert placed.status == 201, placed.text
    return dict(placed.json)


async def report(shopper: Browser, query: str = "") -> Any:
    answer = await shopper.api("GET", f"/test-runs/{RUN}{query}")
    assert answer.status == 200, answer.text
    return answer.json


async def test_a_run_buys_from_its_own_pool_and_the_shelf_stays_as_it_is(
    browser: Browser, settings: Settings, database: Database
) -> None:
    await add_variant(database, SKU, stock=3)
    shopper = await opened(browser, settings, default=5)

    placed = await bought(shopper, quantity=4)
    more = await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 2})

    assert placed["number"].startswith("TT")
    assert name_of(more) == (409, "sold-out")
    assert more.json["lines"] == [{"sku": SKU, "wanted": 2, "left": 1}]
    assert await stock_of(database, SKU) == 3
    assert (await report(shopper))["stock"] == [{"sku": SKU, "pool": 5, "sold": 4, "left": 1}]


async def test_single_pieces_of_a_run_may_be_scarce(browser: Browser, settings: Settings, database: Database) -> None:
    await add_variant(database, SKU, stock=30)
    shopper = await opened(browser, settings, WC14_NAV_M=1)

    refused = await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 2})

    assert refused.json["lines"] == [{"sku": SKU, "wanted": 2, "left": 1}]


async def test_the_report_tells_what_became_of_each_order(
    browser: Browser, settings: Settings, database: Database
) -> None:
    await add_variant(database, SKU)
    shopper = await opened(browser, settings)
    numbers = [(await bought(shopper, f"key-{n}"))["number"] for n in range(3)]

    first = await report(shopper, "?limit=2&audit=1")
    second = await report(shopper, f"?limit=2&cursor={first['next']}")

    orders = first["orders"] + second["orders"]
    assert [each["number"] for each in orders] == numbers
    assert orders[1]["key_sha256"] == hashlib.sha256(b"key-1").hexdigest()
    assert orders[1]["lines"] == [{"sku": SKU, "quantity": 1}]
    assert orders[1]["steps"] == [{"step": "payment", "ref": "0", "state": "queued", "attempts": 0}]
    assert (orders[1]["total_cents"], orders[1]["documents"], orders[1]["mails"]) == (24900, [], [])
    assert first["audit"] == {
        "checked": {"orders": 3, "steps": 3, "payments": 3, "documents": 0, "invoiced": 0, "credits": 0},
        "gaps": [],
    }
    assert (second["stock"], second["audit"], second["next"]) == (None, None, None)


async def test_the_audit_of_a_run_sees_a_pool_that_does_not_fit_its_orders(
    browser: Browser, settings: Settings, database: Database
) -> None:
    await add_variant(database, SKU)
    shopper = await opened(browser, settings)
    await bought(shopper)

    async with database.writer() as connection:
        await connection.execute("UPDATE test_run_stock SET sold = 2")

    gaps = (await report(shopper, "?audit=1"))["audit"]["gaps"]
    assert gaps == [{"kind": "run_pool_differs", "order": None, "detail": f"{RUN}, {SKU}: 2 sold, 1 by the ledger"}]


async def test_the_mark_stays_with_the_cart_when_the_header_is_gone(
    browser: Browser, settings: Settings, database: Database
) -> None:
    await add_variant(database, SKU, stock=3)
    shopper = await opened(browser, settings)
    await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})
    unmarked = Browser(shopper.base, dict(shopper.cookies))

    placed = await bought(unmarked)

    assert placed["number"].startswith("TT")
    assert await stock_of(database, SKU) == 3


@pytest.mark.parametrize("cut", [0, 1])
async def test_no_shopper_can_mark_a_cart_by_its_cookie(
    browser: Browser, settings: Settings, database: Database, cut: int
) -> None:
    await add_variant(database, SKU)
    await opened(browser, settings)
    await browser.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})
    version, cart_id, rest = browser.cookies["cart"].split(".", 2)
    browser.cookies["cart"] = f"{version}.{RUN}_{cart_id[cut:]}.{rest}"

    cart = (await browser.api("GET", "/cart")).json

    assert (cart["revision"], cart["lines"]) == (0, [])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "",
        lambda token: "junk",
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: token.replace(RUN, OTHER),
        lambda token: token.replace("v1.", "v2."),
        lambda token: token + "\u00e4",
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/cart"), ("POST", "/cart/items"), ("GET", "/checkout"), ("GET", "/orders/K7QM-4X2D"), ("GET", "/account"),
     ("GET", "/api/v1/cart"), ("POST", "/api/v1/orders"), ("GET", f"/api/v1/test-runs/{RUN}"),
     ("GET", "/back-office/orders")],
)  # fmt: skip
async def test_a_token_that_is_not_good_is_refused(
    browser: Browser, settings: Settings, method: str, path: str, spoil: Any
) -> None:
    shopper = RunBrowser(browser.base, token=spoil(a_token(settings)))

    answer = await shopper.ask(method, path, b"" if method == "POST" else None, {"Sec-Fetch-Site": "same-origin"})

    assert answer.status == 403
    if path.startswith("/api"):
        assert answer.json["type"] == "/problems/test-run"


async def test_a_token_holds_no_longer_than_it_says(browser: Browser, settings: Settings) -> None:
    shopper = RunBrowser(browser.base, token=a_token(settings, holds_s=0))

    assert name_of(await shopper.api("GET", "/cart")) == (403, "test-run")


async def test_public_pages_are_the_same_for_a_run(browser: Browser, settings: Settings, database: Database) -> None:
    await add_variant(database, SKU)
    shopper = await opened(browser, settings)
    junk = RunBrowser(browser.base, token="junk")

    for path in ("/", "/shop", f"/products/{SKU.lower()}", "/terms", "/api/v1/products", "/api/v1/openapi.json"):
        pages = [await asking.get(path) for asking in (browser, shopper, junk)]
        assert [page.status for page in pages] == [200, 200, 200]
        assert pages[0].body == pages[1].body == pages[2].body


async def test_nothing_is_bought_in_a_run_that_is_not_open(
    browser: Browser, settings: Settings, database: Database
) -> None:
    await add_variant(database, SKU)
    early = RunBrowser(browser.base, token=a_token(settings, OTHER))
    shopper = await opened(browser, settings)
    cart = (await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})).json
    ended = await shopper.api("POST", f"/test-runs/{RUN}/end")

    refused = [
        await early.api("POST", "/cart/items", {"sku": SKU, "quantity": 1}),
        await early.api("GET", "/cart"),
        await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 1}),
        await order(shopper, wish(cart)),
    ]

    assert ended.status == 200
    assert ended.json["ended_at"] is not None
    assert [name_of(answer) for answer in refused] == [(409, "run-closed")] * 4
    assert (await shopper.api("GET", "/cart")).json == cart
    assert (await shopper.api("POST", f"/test-runs/{RUN}/end")).json == ended.json
    assert await count(database, "orders") == 0


async def test_a_header_and_a_cart_go_together(browser: Browser, settings: Settings, database: Database) -> None:
    await fill(browser, database, sku=SKU)
    shopper = await opened(browser, settings)
    other = await opened(browser, settings, OTHER)
    await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})

    with_real_cart = RunBrowser(browser.base, dict(browser.cookies), token=shopper.token)
    with_other_cart = RunBrowser(browser.base, dict(shopper.cookies), token=other.token)

    for mixed in (with_real_cart, with_other_cart):
        assert name_of(await mixed.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})) == (409, "run-mixed")
        assert (await mixed.get("/cart")).status == 409


async def test_a_run_is_opened_once(browser: Browser, settings: Settings) -> None:
    shopper = await opened(browser, settings)

    assert name_of(await shopper.api("POST", "/test-runs", {"run": RUN})) == (409, "run-exists")


async def test_only_the_runs_own_token_opens_reads_and_ends_it(browser: Browser, settings: Settings) -> None:
    await opened(browser, settings)
    other = RunBrowser(browser.base, token=a_token(settings, OTHER))

    answers = [
        await other.api("POST", "/test-runs", {"run": "third-run"}),
        await other.api("GET", f"/test-runs/{RUN}"),
        await other.api("POST", f"/test-runs/{RUN}/end"),
        await browser.api("GET", f"/test-runs/{RUN}"),
    ]

    assert [name_of(answer) for answer in answers] == [(403, "test-run")] * 4
    assert name_of(await other.api("GET", f"/test-runs/{OTHER}")) == (404, "not-found")
    assert name_of(await other.api("POST", f"/test-runs/{OTHER}/end")) == (404, "not-found")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"run": RUN, "stock": {SKU: 5, "NO-SUCH": 1}}, ["stock.NO-SUCH"]),
        ({"run": RUN, "stock": {"default": -1}}, ["stock.default"]),
        ({"run": RUN, "stock": {"default": "5"}}, ["stock.default"]),
        ({"run": "No Name"}, ["run"]),
        ({"run": RUN, "speed": 3}, ["speed"]),
        ({}, ["run"]),
    ],
)
async def test_what_cannot_be_opened_is_told_by_field(
    browser: Browser, settings: Settings, database: Database, body: Any, fields: list[str]
) -> None:
    await add_variant(database, SKU)
    shopper = RunBrowser(browser.base, token=a_token(settings))

    answer = await shopper.api("POST", "/test-runs", body)

    assert name_of(answer) == (422, "validation")
    assert answer.fields == fields
    assert await count(database, "test_runs") == 0


@pytest.mark.parametrize("query", ["?limit=0", "?limit=501", "?cursor=x", "?audit=2"])
async def test_a_report_is_asked_for_in_known_words(browser: Browser, settings: Settings, query: str) -> None:
    shopper = await opened(browser, settings)

    assert name_of(await shopper.api("GET", f"/test-runs/{RUN}{query}")) == (422, "validation")


async def test_without_a_secret_there_are_no_runs(settings: Settings, database: Database) -> None:
    await add_variant(database, SKU)
    async with (
        open_shop(replace(settings, load_run_secret=""), 0, ListPublisher()) as shop,
        serve(shop, 0, ["127.0.0.1"]) as port,
    ):
        token = sign_token(RUN, 2_000_000_000, settings.load_run_secret)
        shopper = RunBrowser(f"http://127.0.0.1:{port}", token=token)

        placed = await bought(shopper)

        for method, path, body in (
            ("POST", "/test-runs", {"run": RUN}),
            ("GET", f"/test-runs/{RUN}", None),
            ("POST", f"/test-runs/{RUN}/end", None),
        ):
            assert name_of(await shopper.api(method, path, body)) == (404, "not-found")
    assert not placed["number"].startswith("TT")
    assert await stock_of(database, SKU) == 9


async def test_a_longer_token_makes_a_run_last_longer(
    browser: Browser, settings: Settings, database: Database, shop: Shop
) -> None:
    shopper = await opened(browser, settings)
    shopper.token = a_token(settings, holds_s=10 * LONG_S)
    shop.load_runs.forget(RUN)

    await shopper.api("GET", "/cart")

    async with database.writer() as connection:
        row = await connection.row("SELECT TIMESTAMPDIFF(SECOND, started_at, expires_at) AS s FROM test_runs")
    assert row is not None
    assert 9 * LONG_S < row["s"] <= 10 * LONG_S


async def test_a_run_that_was_seen_goes_on_while_the_database_is_away(
    browser: Browser, settings: Settings, database: Database
) -> None:
    await opened(browser, settings)
    moment = [1000.0]
    runs = LoadRuns(database, settings.load_run_secret, lambda: moment[0])
    token = RunToken(RUN, 1100)
    assert await runs.admit(token, None, is_change=True)
    away = Database("mysql://nobody@127.0.0.1:1/nothing")
    runs._database = away
    moment[0] += 60

    assert await runs.admit(token, None, is_change=True)
    with pytest.raises(Unavailable):
        await runs.admit(RunToken(OTHER, 1100), None, is_change=False)
    await away.close()
