"""Public pages are kept as bytes: the same for everybody, new everywhere soon after a change, never personal."""

import gzip
import itertools
import re
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial

import pytest
import pytest_asyncio

from shared.catalogue_news import VERSION
from shared.db import Database
from shared.errors import Unavailable
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from shared.services.catalogue import VariantChange, change_variant
from shared.settings import Settings
from storefront.handlers.texts import TEXTS
from storefront.server import serve
from storefront.shop import Shop, open_shop
from tests.factories import add_variant, place
from tests.fakes import ListPublisher
from tests.waiting import until
from tests.web.browser import Browser
from tests.web.kept import forget_kept
from tests.web.two_ways import base_url  # noqa: F401 (each test runs both ways)

SOON_S = 20  # less than pages live without news of them
SKU, PATH = "WC14-NAV-M", "/products/wc14-nav-m"
PAGES = ("/", "/shop", "/shop?category=outerwear&size=M", PATH, *(f"/{name}" for name in TEXTS))


@pytest_asyncio.fixture
async def neighbour(settings: Settings, browser: Browser) -> AsyncIterator[Browser]:
    """A browser at another instance of the shop."""
    async with open_shop(settings, 0, ListPublisher()) as shop, serve(shop, 0, ["127.0.0.1"]) as port:
        yield Browser(f"http://127.0.0.1:{port}")


async def _until_told(browsers: tuple[Browser, ...], path: str, text: str) -> None:
    async def is_told() -> bool:
        return all([text in (await browser.get(path)).text for browser in browsers])

    await until(is_told, SOON_S)


async def test_a_new_price_is_on_every_page_of_every_instance_soon(
    browser: Browser, neighbour: Browser, shop: Shop
) -> None:
    await add_variant(shop.database, SKU, price_cents=24900)
    for at in (browser, neighbour):
        for path in ("/shop", PATH):
            await _until_told((at,), path, "€249.00")

    await change_variant(shop.database, SKU, VariantChange(price_cents=19900), "operator")

    for path in ("/shop", PATH):
        await _until_told((browser, neighbour), path, "€199.00")


async def test_a_page_says_few_left_soon_after_the_order_that_left_few(
    browser: Browser, neighbour: Browser, shop: Shop
) -> None:
    await add_variant(shop.database, SKU, stock=7)
    await _until_told((browser, neighbour), PATH, "in stock")

    await place(shop.database, {SKU: 2}, "cart-1", "key-1")
    await _until_told((browser, neighbour), PATH, "few left")
    await place(shop.database, {SKU: 5}, "cart-2", "key-2")

    await _until_told((browser, neighbour), PATH, "Sold out in navy.")
    await _until_told((browser, neighbour), "/shop", "Sold out")


async def test_a_list_that_nobody_asked_for_before_says_sold_out_soon(browser: Browser, shop: Shop) -> None:
    prices = itertools.count(1000)

    async def is_new_list_telling(text: str) -> bool:
        return text in (await browser.get(f"/shop?price_max={next(prices)}")).text

    await add_variant(shop.database, SKU, stock=7)
    await until(partial(is_new_list_telling, '<p class="tag">Size M</p>'), SOON_S)

    await place(shop.database, {SKU: 7}, "cart-1", "key-1")

    await until(partial(is_new_list_telling, '<p class="tag">Sold out</p>'), SOON_S)


async def test_pages_of_other_styles_are_not_made_anew_for_it(browser: Browser, shop: Shop, database: Database) -> None:
    await add_variant(database, "HAT")  # of which nobody is told, not even late
    await add_variant(database, SKU, stock=7)
    await browser.get("/products/hat")
    await _until_told((browser,), PATH, "in stock")

    await place(shop.database, {SKU: 2}, "cart-1", "key-1")
    await _until_told((browser,), PATH, "few left")
    flights = shop.pages.tally.flights
    await browser.get("/products/hat")

    assert shop.pages.tally.flights == flights


async def test_a_lost_telling_is_noticed_by_the_version(browser: Browser, shop: Shop) -> None:
    await add_variant(shop.database, SKU, price_cents=24900)
    await _until_told((browser,), PATH, "€249.00")

    async with shop.database.writer() as connection:
        await connection.execute("UPDATE variants SET price_cents = 19900 WHERE sku = %s", (SKU,))
    await shop.redis.incr(VERSION)

    await _until_told((browser,), PATH, "€199.00")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_packed_for_whoever_takes_it(browser: Browser, database: Database, path: str) -> None:
    await add_variant(database, SKU)

    plain = await browser.get(path)
    packed = await browser.get(path, {"Accept-Encoding": "br, gzip"})
    refused = await browser.get(path, {"Accept-Encoding": "gzip;q=0"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body == refused.body
    assert {answer.headers["Vary"] for answer in (plain, packed, refused)} == {"Accept-Encoding"}
    assert packed.headers["Etag"] == plain.headers["Etag"]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_that_is_known_is_not_sent_again(browser: Browser, database: Database, path: str) -> None:
    await add_variant(database, SKU)
    tag = (await browser.get(path)).headers["Etag"]

    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        answer = await browser.get(path, {"If-None-Match": known})

        assert (known, answer.status, answer.body) == (known, 304, b"")
        assert answer.headers["Etag"] == tag
        assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate"
    assert (await browser.get(path, {"If-None-Match": '"other"'})).status == 200


PERSONAL: tuple[Mapping[str, str], ...] = (
    {"Cookie": "cart=v1.secret-cart.7.COAT*1.1.mac; session=secret-session; device=secret-device"},
    {"X-Forwarded-For": "203.0.113.77", "X-Forwarded-Host": "secret.example", "X-Forwarded-Proto": "https"},
    {"Host": "localhost:4711"},
    {"Authorization": "Bearer secret-token", "User-Agent": "secret-agent", "Referer": "http://secret.example/"},
    {"Accept-Language": "de", "Accept": "application/json", "X-Request-Id": "secret-request-1", "Range": "bytes=0-3"},
)
CHANGING = {"X-Request-Id", "Date"}


@pytest.mark.parametrize("personal", PERSONAL)
@pytest.mark.parametrize("path", PAGES)
async def test_nothing_of_whoever_asks_first_gets_into_a_page(
    browser: Browser, new_browser: Callable[[], Browser], shop: Shop, path: str, personal: Mapping[str, str]
) -> None:
    await add_variant(shop.database, SKU)
    pure = await browser.get(path)
    await forget_kept(shop)

    first = await browser.get(path, personal)
    later = await new_browser().get(path)

    told = [{name: value for name, value in answer.headers.items() if name not in CHANGING} for answer in (pure, later)]
    assert first.body == later.body == pure.body
    assert told[0] == told[1]
    assert "Set-Cookie" not in first.headers
    assert b"secret" not in first.body + str(list(later.headers.get_all())).encode()


async def test_a_signed_in_shopper_with_a_cart_sees_the_page_of_everybody(
    browser: Browser, new_browser: Callable[[], Browser], shop: Shop
) -> None:
    await add_variant(shop.database, SKU)
    await browser.api("POST", "/cart/items", {"sku": SKU, "quantity": 3})
    assert browser.cookies["cart"]

    answers = [await one.get(path) for path in PAGES for one in (browser, new_browser())]

    assert [answer.body for answer in answers[::2]] == [answer.body for answer in answers[1::2]]
    assert all("Set-Cookie" not in answer.headers for answer in answers)


async def test_addresses_that_mean_the_same_are_one_page(browser: Browser, shop: Shop) -> None:
    await add_variant(shop.database, SKU)
    same = (
        "/shop?size=M&size=L&colour=navy",
        "/shop?colour=navy&size=L&size=M&size=M",
        "/shop?q=&price_min=&category=&size=L&colour=navy&size=M&sort=&page=1",
        *(f"/shop?colour=navy&size=L&size=M&x={n}&utm_{n}=1" for n in range(20)),
    )

    bodies = {(await browser.get(path)).body for path in same}

    assert len(bodies) == 1
    assert shop.pages.tally.entries == 1


async def test_what_nobody_would_ask_for_does_not_grow_the_store(browser: Browser, shop: Shop) -> None:
    await add_variant(shop.database, SKU)
    await browser.get(PATH)
    await browser.get("/shop")
    await browser.get("/")

    for n in range(30):
        for path in (f"{PATH}?colour=c{n}", f"/shop?size=s{n}", f"/shop?page={n + 2}", f"/shop?q=w{n}x", f"/?x={n}"):
            assert (await browser.get(path)).status in (200, 404)

    assert shop.pages.tally.entries == 3


async def test_a_search_is_counted_although_its_page_is_kept(browser: Browser, shop: Shop) -> None:
    await plant(shop.database, read_catalogue()[:1])
    sku = read_catalogue()[0].variants[0].sku
    await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1})

    statuses = [(await browser.get("/shop?q=shirt")).status for _ in range(125)]

    assert (statuses[:120], set(statuses[120:])) == ([200] * 120, {429})


async def test_a_page_outlives_the_database(browser: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_variant(shop.database, SKU)
    before = await browser.get(PATH)

    def away(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(shop.database, "reader", away)
    monkeypatch.setattr(shop.database, "writer", away)
    shop.pages.make_stale(frozenset("*"))
    after = [await browser.get(PATH) for _ in range(3)]
    unknown = await browser.get("/shop")

    assert [(answer.status, answer.body) for answer in after] == [(200, before.body)] * 3
    assert unknown.status == 503


async def test_what_one_instance_has_read_of_a_style_the_other_need_not_ask_for(
    browser: Browser, neighbour: Browser, shop: Shop
) -> None:
    await add_variant(shop.database, SKU)

    async def is_shared() -> bool:
        for one in (browser, neighbour):  # in a colour that nobody has, so that the page is made
            assert (await one.get(f"{PATH}?colour=none")).status == 200
        told = (await neighbour.get("/metrics")).text
        return float(told.partition('\nvalues_cache_total{what="hits"} ')[2].splitlines()[0]) > 0

    await until(is_shared)


async def test_metrics_tell_how_pages_were_given_out(browser: Browser, database: Database) -> None:
    await add_variant(database, SKU)  # of which nobody is told, so that no page is outdated meanwhile

    async def told(name: str) -> float:
        return float(re.findall(rf"^{re.escape(name)} (\S+)$", (await browser.get("/metrics")).text, re.MULTILINE)[0])

    hits, misses = await told('pages_cache_total{what="hits"}'), await told('pages_cache_total{what="misses"}')
    for _ in range(3):
        await browser.get(PATH)

    assert await told('pages_cache_total{what="misses"}') == misses + 1
    assert await told('pages_cache_total{what="hits"}') == hits + 2
    assert await told("pages_cache_entries") == 1
    assert await told("pages_cache_bytes") > 5000


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        *(("", 1), ("?category=knitwear&sort=price", 1), ("?page=2", 1)),
        *(("?page=11", 0), ("?category=hats-of-nobody", 0), ("?size=M", 0), ("?q=wool", 0), ("?in_stock=1", 0)),
    ],
)
async def test_redis_keeps_only_the_listings_that_many_look_at(
    browser: Browser, shop: Shop, query: str, kept: int
) -> None:
    await add_variant(shop.database, SKU)

    await browser.get(f"/shop{query}")

    assert len(await shop.redis.keys("cache:listing:*")) == kept
