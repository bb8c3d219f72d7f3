"""The front below Tornado: it answers kept pages as the handlers would, and hands on whatever is unusual."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from storefront.front_desk import FrontDesk, route_of
from storefront.public_pages import PublicPages
from storefront.rates import Limit, Rates
from storefront.routes import PAGES as ROUTES
from storefront.server import serve
from storefront.shop import Shop
from tests.web.browser import Browser
from tests.web.lines import GET, HOST, PAGES, PATH, Dial, Line, answered_here, dial_port
from tests.web.two_ways import without_front

CHANGING = ("X-Request-Id", "Date")


@pytest_asyncio.fixture
async def plain_line(dial: Dial, shop: Shop) -> AsyncIterator[Line]:
    """A connection to the same shop without the front."""
    with_own_pages = replace(without_front(shop), pages=PublicPages(shop.pages.headers))
    async with serve(with_own_pages, 0, ["127.0.0.1"]) as port:
        line = await dial_port(port)
        yield line
        line.writer.close()


def _lasting(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in CHANGING}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("accepted", ["", "gzip", "br, gzip;q=0.5", "gzip;q=0", "identity"])
async def test_the_front_answers_what_the_handler_does(
    dial: Dial, plain_line: Line, shop: Shop, path: str, accepted: str
) -> None:
    line, before = await dial(), answered_here(shop)
    asked = f" {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {accepted}\r\n".encode()
    for each in (line, plain_line):
        await each.say(b"GET" + asked + b"\r\nHEAD" + asked + b"\r\n")

    ours, theirs = await line.answer(), await plain_line.answer()
    our_head, their_head = await line.answer(has_body=False), await plain_line.answer(has_body=False)
    tag = ours[1]["Etag"].encode()
    for each in (line, plain_line):
        await each.say(b"GET" + asked + b"If-None-Match: " + tag + b"\r\n\r\n")
    our_304, their_304 = await line.answer(), await plain_line.answer()

    for mine, other in ((ours, theirs), (our_head, their_head), (our_304, their_304)):
        assert (mine[0], _lasting(mine[1]), mine[2]) == (other[0], _lasting(other[1]), other[2])
        assert set(mine[1]) == set(other[1])
        assert re.fullmatch(r"[0-9a-f]{16}", mine[1]["X-Request-Id"])
    assert (ours[0], our_head[0], our_304[0]) == (200, 200, 304)
    assert answered_here(shop) == before + 3


UNUSUAL = {
    "a body": GET + b"Content-Length: 5\r\n\r\nhello",
    "no body": GET + b"Content-Length: 0\r\n\r\n",
    "an unclear body": GET + b"Content-Length: 1_0\r\n\r\n",
    "a body in chunks": GET + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a body in two ways": GET + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    "an expectation": GET + b"Expect: 200-ok\r\n\r\n",
    "another protocol": GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "HTTP/1.0": f"GET {PATH} HTTP/1.0\r\n".encode() + HOST + b"\r\n",
    "HTTP/1.2": f"GET {PATH} HTTP/1.2\r\n".encode() + HOST + b"\r\n",
    "no host": f"GET {PATH} HTTP/1.1\r\n\r\n".encode(),
    "another host": f"GET {PATH} HTTP/1.1\r\nHost: wrong.example\r\n\r\n".encode(),
    "a host that is none": f"GET {PATH} HTTP/1.1\r\nHost: [::1\r\n\r\n".encode(),
    "two hosts": GET + b"Host: wrong.example\r\n\r\n",
    "two equal hosts": GET + HOST + b"\r\n",
    "a whole address": f"GET http://localhost{PATH} HTTP/1.1\r\n".encode() + HOST + b"\r\n",
    "a folded header": GET + b"X-Note: one\r\n two\r\n\r\n",
    "a folded length": GET + b"X-Note: one\r\n\tContent-Length: 5\r\n\r\n",
    "a bare line feed": GET + b"X-Note: one\nContent-Length: 0\r\n\r\n",
    "a bare carriage return": GET + b"X-Note: one\rtwo\r\n\r\n",
    "a name with a blank": GET + b"Content-Length : 0\r\n\r\n",
    "a line without a colon": GET + b"nonsense\r\n\r\n",
    "a name of nothing": GET + b": nothing\r\n\r\n",
    "a doubled tag": GET + b'If-None-Match: "a"\r\nIf-None-Match: *\r\n\r\n',
    "a closing client": GET + b"Connection: close\r\n\r\n",
    "a small method": GET.replace(b"GET", b"get") + b"\r\n",
    "a post": GET.replace(b"GET", b"POST") + b"\r\n",
    "options": GET.replace(b"GET", b"OPTIONS") + b"\r\n",
    "two blanks": GET.replace(b"GET ", b"GET  ") + b"\r\n",
    "an unkept page": b"GET /shop?size=XXL HTTP/1.1\r\n" + HOST + b"\r\n",
    "a fragment": GET.replace(b" HTTP", b"#top HTTP") + b"\r\n",
    "a query of nothing": GET.replace(b" HTTP", b"? HTTP") + b"\r\n",
}


@pytest.mark.parametrize("request_text", UNUSUAL.values(), ids=UNUSUAL.keys())
async def test_what_is_unusual_is_answered_by_tornado(
    dial: Dial, plain_line: Line, shop: Shop, request_text: bytes
) -> None:
    line, before = await dial(), answered_here(shop)

    for each in (line, plain_line):
        await each.say(request_text)
    ours, theirs = [(await each.reader.readline()).split(b" ")[:2] for each in (line, plain_line)]

    assert ours == theirs
    assert answered_here(shop) == before


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_known_tag_is_seen_wherever_its_header_stands(dial: Dial, place: int) -> None:
    line = await dial()
    await line.say(GET + b"\r\n")
    tag = (await line.answer())[1]["Etag"]
    headers = [HOST, b"Accept-Encoding: gzip\r\n"]
    headers.insert(place, f"iF-nOnE-mAtCh: {tag}\r\n".encode())

    await line.say(f"GET {PATH} HTTP/1.1\r\n".encode() + b"".join(headers) + b"\r\n")

    assert (await line.answer())[0] == 304


async def test_one_connection_may_mix_pages_calls_and_posts(dial: Dial, shop: Shop) -> None:
    line, page = await dial(), GET + b"\r\n"
    call = b"GET /api/v1/cart HTTP/1.1\r\n" + HOST + b"\r\n"
    post = b"POST /api/v1/cart/items HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    post += b'Content-Length: 33\r\n\r\n{"sku":"WC14-NAV-M","quantity":1}'

    await line.say(page + call + page + post + page)
    pipelined = [await line.answer() for _ in range(5)]
    separate = []
    for each in (call, page, post, page, page):
        await line.say(each)
        separate.append(await line.answer())

    kinds = [["html" if b"<!doctype" in body else "json" for _, _, body in found] for found in (pipelined, separate)]
    assert {status for status, _, _ in (*pipelined, *separate)} == {200}
    assert kinds == [["html", "json", "html", "json", "html"], ["json", "html", "json", "html", "html"]]
    assert len({headers["X-Request-Id"] for _, headers, _ in (*pipelined, *separate)}) == 10


@pytest.mark.parametrize("size", [1, 7, 40])
async def test_a_head_may_come_in_pieces(dial: Dial, size: int) -> None:
    line, text = await dial(), (GET + b"\r\n") * 2
    for at in range(0, len(text), size):
        await line.say(text[at : at + size])
        await asyncio.sleep(0)

    assert [(await line.answer())[0] for _ in range(2)] == [200, 200]


async def test_an_answer_by_tornado_leads_back_to_the_front(dial: Dial, shop: Shop) -> None:
    line = await dial()
    await line.say(b"GET /cart HTTP/1.1\r\n" + HOST + b"\r\n")
    await line.answer()
    before = answered_here(shop)

    await line.say(GET + b"\r\n")
    await line.answer()

    assert answered_here(shop) == before + 1


async def test_a_request_id_is_taken_from_a_trusted_proxy_alone(dial: Dial, shop: Shop) -> None:
    line = await dial()
    for given in (b"from-the-balancer-1", b"short", b"with blank in it"):
        await line.say(GET + b"X-Request-Id: " + given + b"\r\n\r\n")
    ids = [(await line.answer())[1]["X-Request-Id"] for _ in range(3)]
    desk = FrontDesk(shop)

    assert ids[0] == "from-the-balancer-1"
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids[1:])
    assert (desk.visitor("127.0.0.1").is_trusted, desk.visitor("203.0.113.7").is_trusted) == (True, False)


async def test_requests_of_an_address_are_counted_by_the_front_too(
    dial: Dial, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.redis.delete("rate:address:203.0.113.9", "rate:address:203.0.113.10")
    limited = replace(shop, rates=Rates(shop.redis, 40, clock=lambda: 7.0))
    monkeypatch.setattr(limited.rates, "_address", Limit("address", 40, 60))
    addresses = ["203.0.113.9"] * 60 + ["203.0.113.10"] * 60
    async with serve(limited, 0, ["127.0.0.1"]) as port:
        client = Browser(f"http://127.0.0.1:{port}")
        statuses = [(await client.get(PATH, {"X-Forwarded-For": address})).status for address in addresses]

    assert statuses[:40] == statuses[60:100] == [200] * 40
    assert 429 in statuses[40:60]
    assert 429 in statuses[100:]


async def test_hits_are_in_the_metrics_and_in_the_access_log(
    dial: Dial, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    line = await dial()
    labels = {"route": "/products/{slug}", "method": "GET", "status": "200"}

    def told() -> float:
        shop.metrics.text()
        return shop.metrics.registry.get_sample_value("http_requests_total", labels) or 0

    before = told()
    with caplog.at_level(logging.INFO, "storefront.access"):
        await line.say((GET + b"\r\n") * 3)
        for _ in range(3):
            await line.answer()
        after = told()

    assert after == before + 3
    facts = [record.__dict__["facts"] for record in caplog.records if "count" in record.__dict__.get("facts", {})]
    assert sum(each["count"] for each in facts if each["route"] == "/products/{slug}") == 3


def test_kept_pages_are_counted_under_routes_that_exist() -> None:
    assert {route_of(path) for path in PAGES} <= {route.path for route in ROUTES}


async def test_a_draining_front_closes_its_connections(dial: Dial, shop: Shop) -> None:
    line = await dial()
    await line.say(GET + b"\r\n")
    before = await line.answer()
    shop.readiness.draining = True
    try:
        await line.say(GET + b"\r\n")
        last = await line.answer()
    finally:
        shop.readiness.draining = False

    assert "Connection" not in before[1]
    assert (last[0], last[1]["Connection"], last[2]) == (200, "close", before[2])
