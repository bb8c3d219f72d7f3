"""A process that has as much to do as it can do well sends others away at once, and probes never."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from shared.db import Database
from shared.domain.cart import EMPTY, Cart
from storefront.request_head import read_whole
from storefront.shop import Shop
from tests.factories import add_variant
from tests.waiting import until
from tests.web.browser import Browser
from tests.web.lines import SKU, dial_port

MOST = 2
TOLD = "Too many are here just now. Try again in a moment."


class Busy:
    """A shop with as many at work as it bears: their carts do not come before `release`."""

    def __init__(self, shop: Shop, new_browser: Callable[[], Browser]) -> None:
        self._shop, self._release = shop, asyncio.Event()
        self._asking = [asyncio.create_task(new_browser().get("/api/v1/cart")) for _ in range(MOST)]

    async def read_cart(self, _: Cart) -> Cart:
        await self._release.wait()
        return EMPTY

    async def until_full(self) -> None:
        async def is_full() -> bool:
            return len(self._shop.capacity.at_work) == MOST

        await until(is_full)

    async def release(self) -> list[int]:
        self._release.set()
        return [answer.status for answer in await asyncio.gather(*self._asking)]


@pytest_asyncio.fixture
async def busy(
    shop: Shop, database: Database, new_browser: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Busy]:
    await add_variant(database, SKU)
    monkeypatch.setattr(shop.capacity, "_most", MOST)
    busy = Busy(shop, new_browser)
    monkeypatch.setattr(shop.carts, "read", busy.read_cart)
    await busy.until_full()
    yield busy
    await busy.release()


async def test_one_too_many_is_told_when_to_come_back(busy: Busy, browser: Browser, shop: Shop) -> None:
    before = shop.capacity.shed

    page, call = await browser.get("/cart"), await browser.get("/api/v1/cart")

    assert [answer.status for answer in (page, call)] == [503, 503]
    assert {page.headers["Retry-After"], call.headers["Retry-After"]} <= {"1", "2", "3"}
    assert json.loads(call.text)["detail"] == TOLD
    assert TOLD in page.text
    assert "It is crowded just now" in page.text
    assert shop.capacity.shed == before + 2
    assert f"requests_shed {shop.capacity.shed}.0" in (await browser.get("/metrics")).text


async def test_a_change_that_is_sent_away_changed_nothing(busy: Busy, browser: Browser) -> None:
    answer = await browser.api("POST", "/api/v1/cart/items", {"sku": SKU, "quantity": 1})

    assert answer.status == 503
    assert browser.cookies == {}


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
async def test_probes_are_answered_however_much_there_is_to_do(busy: Busy, browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status == 200


async def test_style_sheets_are_given_out_however_much_there_is_to_do(busy: Busy, browser: Browser, shop: Shop) -> None:
    assert (await browser.get(shop.assets.url("shop.css"))).status == 200


async def test_whoever_was_let_in_is_answered_and_so_is_the_next_one(busy: Busy, browser: Browser, shop: Shop) -> None:
    assert await busy.release() == [200] * MOST
    assert (await browser.get("/api/v1/cart")).status == 200
    assert len(shop.capacity.at_work) == 0


async def test_a_body_that_does_not_come_keeps_nobody_out(
    browser: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.capacity, "_most", 1)
    host, port = browser.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /api/v1/cart/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
    writer.write(b"Content-Length: 2\r\n\r\n{")
    await until(lambda: _is_running(shop))

    assert (await browser.get("/api/v1/cart")).status == 200

    writer.write(b"}")
    assert (await reader.readline()).startswith(b"HTTP/1.1 422")
    writer.close()


async def _is_running(shop: Shop) -> bool:
    return len(shop.readiness.running) > 0


async def test_a_body_in_chunks_counts_as_any_other(
    browser: Browser, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_variant(database, SKU)
    release = asyncio.Event()

    async def add(*_: object) -> Cart:
        await release.wait()
        return EMPTY

    monkeypatch.setattr(shop.carts, "add", add)
    monkeypatch.setattr(shop.capacity, "_most", 1)
    host, port = browser.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps({"sku": SKU, "quantity": 1}).encode()
    writer.write(b"POST /api/v1/cart/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
    writer.write(b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))

    async def is_at_work() -> bool:
        return len(shop.capacity.at_work) == 1

    await until(is_at_work)
    answer = await browser.get("/api/v1/cart")
    release.set()

    assert answer.status == 503
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    assert len(shop.capacity.at_work) == 0
    writer.close()


async def test_who_orders_finds_room_when_others_do_not(busy: Busy, browser: Browser) -> None:
    others, ordering = await browser.get("/shop?q=coat"), await browser.api("POST", "/orders", {})

    assert (others.status, ordering.status) == (503, 400)


async def test_a_refusal_ends_the_connection_only_where_the_body_is_not_here(busy: Busy, browser: Browser) -> None:
    line = await dial_port(int(browser.base.rpartition(":")[2]))
    head = b"POST /api/v1/cart/items HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
    await line.say(head + b"{}")
    whole, headers, _ = await line.answer()
    await line.say(head + b"{")
    half, last_headers, _ = await line.answer()

    assert (whole, half) == (503, 503)
    assert "Connection" not in headers
    assert last_headers["Connection"] == "close"
    assert await line.is_over()
    line.writer.close()


@pytest.mark.parametrize(
    "unusual",
    [b"Content-Length: 2\r\nContent-Length: 2", b"Content-Length: +2", b"Transfer-Encoding: chunked", b"A:b\nC: d"],
)
def test_an_unusual_request_is_left_to_tornado(unusual: bytes) -> None:
    usual = b"POST /cart HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}GET"

    found = read_whole(usual)

    assert found is not None
    assert (found.method, found.target, found.size) == ("POST", "/cart", len(usual) - len(b"GET"))
    assert read_whole(usual.replace(b"Content-Length: 2", unusual)) is None
    assert read_whole(usual[:-4]) is None
