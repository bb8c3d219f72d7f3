"""What every request meets before a handler: host, origin, sizes, encodings; and what every answer carries."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from shared.db import Database
from tests.factories import add_variant
from tests.web.browser import FORM, OURS, Browser
from tests.web.two_ways import base_url  # noqa: F401 (each test runs both ways)

PATHS = ("/", "/no-such-page", "/cart", "/api/v1/cart", "/api/v1/nothing", "/livez", "/readyz", "/static/none.css")


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_has_its_headers(browser: Browser, path: str) -> None:
    answer = await browser.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert answer.headers["X-Instance"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert policy.startswith("default-src 'none'; object-src 'none'; ")
    assert "frame-ancestors 'none'; base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert "Server" not in answer.headers
    assert "Strict-Transport-Security" not in answer.headers


async def test_a_trusted_proxy_names_the_request(browser: Browser) -> None:
    answer = await browser.get("/livez", {"X-Request-Id": "from-the-balancer-1"})

    assert answer.headers["X-Request-Id"] == "from-the-balancer-1"


@pytest.mark.parametrize("request_id", ["short", "x" * 65, "with blank in it", "new\tline-here"])
async def test_a_strange_request_id_is_not_taken(browser: Browser, request_id: str) -> None:
    answer = await browser.get("/livez", {"X-Request-Id": request_id})

    assert answer.headers["X-Request-Id"] != request_id


@pytest.mark.parametrize("host", ["wrong.example", "localhost.wrong.example", "evil:80", "localhost@evil"])
async def test_another_host_is_not_this_shop(browser: Browser, host: str) -> None:
    page = await browser.get("/", {"Host": host})
    call = await browser.get("/api/v1/cart", {"Host": host})

    assert page.status in (400, 421)
    assert call.status == page.status
    if page.status == 421:
        assert "No shop at this address" in page.text
        assert call.json["type"] == "/problems/wrong-host"


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_a_balancer_asks_by_any_host(browser: Browser, path: str) -> None:
    assert (await browser.get(path, {"Host": "10.0.3.7"})).status == 200


async def test_a_port_in_the_host_does_not_matter(browser: Browser) -> None:
    assert (await browser.get("/api/v1/cart", {"Host": "LOCALHOST:9"})).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://wrong.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://BASE"}, 403),
        ({"Origin": "http://BASE"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
    ],
)
async def test_a_form_is_judged_by_where_it_comes_from(
    browser: Browser, database: Database, headers: Mapping[str, str], status: int
) -> None:
    sku = await add_variant(database)
    host = browser.base.removeprefix("http://")
    sent = {name: value.replace("BASE", host) for name, value in headers.items()}

    answer = await browser.submit("/cart/items", {"sku": sku, "quantity": 1}, sent)

    assert answer.status == status
    assert ("cart" in browser.cookies) == (status == 303)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"Sec-Fetch-Site": "same-origin"}, 200), ({"Sec-Fetch-Site": "cross-site"}, 403),
     ({"Origin": "http://wrong.example"}, 403)],
)  # fmt: skip
async def test_the_api_is_called_by_programs_and_by_our_own_pages(
    browser: Browser, database: Database, headers: Mapping[str, str], status: int
) -> None:
    sku = await add_variant(database)

    answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1}, headers)

    assert answer.status == status


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/shop", "GET, HEAD"),
        ("GET", "/cart/items", "POST"),
        ("PUT", "/checkout", "GET, HEAD, POST"),
        ("PATCH", "/api/v1/cart", "GET, HEAD, DELETE"),
        ("TRACE", "/", "GET, HEAD"),
    ],
)
async def test_a_method_that_is_not_there_says_which_are(
    browser: Browser, method: str, path: str, allowed: str
) -> None:
    answer = await browser.ask(method, path, None, OURS)

    assert (answer.status, answer.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/", "/cart", "/api/v1/cart", "/livez", "/api/v1/openapi.json", "/imprint"])
async def test_head_answers_wherever_get_does(browser: Browser, path: str) -> None:
    got, head = await browser.get(path), await browser.ask("HEAD", path)

    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


@pytest.mark.parametrize(
    "path",
    [
        "/no-such-page",
        "/products/no-such-style",
        "/products/%00",
        "/orders/0000-0000",
        "/media/pictures/none.svg",
        "/media/pictures/..%2F..%2Fetc%2Fpasswd",
        "/static/..%2Fapp.py",
    ],
)
async def test_what_is_not_there_is_a_page_whatever_accept_says(browser: Browser, path: str) -> None:
    answer = await browser.get(path, {"Accept": "application/json"})

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert "This page went the way of the other sock" in answer.text


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ff", "q=a&q=b", "sort=name&sort=name", "page=1&page=1", "q=" + "&a=1" * 400]
)
async def test_an_unreadable_query_is_400(browser: Browser, query: str) -> None:
    page, call = await browser.get(f"/shop?{query}"), await browser.get(f"/api/v1/products?{query}")

    assert (page.status, call.status) == (400, 400)
    assert "We could not read that" in page.text
    assert call.json["type"] == "/problems/unreadable"


async def test_size_and_colour_may_repeat(browser: Browser) -> None:
    assert (await browser.get("/shop?size=M&size=L&colour=navy&colour=rose")).status == 200


@pytest.mark.parametrize("path", ["/products/%ff", "/api/v1/products/%ff"])
async def test_a_path_that_is_no_text_is_400(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status == 400


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("sku=A&sku=B&quantity=1", FORM, 400),
        ("sku=%ff&quantity=1", FORM, 400),
        ("sku=A%00&quantity=1", FORM, 400),
        ("sku=A&quantity=1", "text/plain", 415),
        ("sku=A&quantity=1", "multipart/form-data; boundary=x", 415),
        ("quantity=1", FORM, 422),
    ],
)
async def test_an_unreadable_form_is_refused(browser: Browser, body: str, kind: str, status: int) -> None:
    answer = await browser.ask("POST", "/cart/items", body, {"Content-Type": kind, **OURS})

    assert answer.status == status


@pytest.mark.parametrize(("path", "kind"), [("/cart/items", FORM), ("/api/v1/cart/items", "application/json")])
@pytest.mark.parametrize("size", [70_000, 2_000_000])
async def test_a_large_body_is_413_and_the_connection_lives(browser: Browser, path: str, kind: str, size: int) -> None:
    answer = await browser.ask("POST", path, b"x" * size, {"Content-Type": kind, **OURS})

    assert answer.status == 413


async def test_a_large_body_in_chunks_is_413(browser: Browser) -> None:
    host, port = browser.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = "POST /api/v1/cart/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    writer.write(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(20):
        writer.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
    writer.write(b"0\r\n\r\n")

    line = await reader.readline()

    writer.close()
    assert line.startswith(b"HTTP/1.1 413")


async def _raw(browser: Browser, request: bytes) -> bytes:
    host, port = browser.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    line = await reader.readline()
    writer.close()
    return line


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1_0\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
async def test_a_malformed_request_is_400(browser: Browser, request_head: bytes) -> None:
    assert (await _raw(browser, request_head)).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "lines", [b"Cookie: " + b"a=b; " * 400_000, b"X-Many: y\r\n" * 10_000], ids=["a cookie of 2 MB", "10,000 headers"]
)
async def test_a_head_without_measure_is_hung_up_on(browser: Browser, lines: bytes) -> None:
    with suppress(ConnectionError):  # we do not read on just to say so
        assert await _raw(browser, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n\r\n") == b""

    assert (await browser.get("/livez")).status == 200


async def test_public_pages_are_the_same_for_everybody_and_set_no_cookie(browser: Browser, database: Database) -> None:
    sku = await add_variant(database)
    before = await browser.get("/shop")
    await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1})

    after = await browser.get("/shop")

    assert after.body == before.body
    assert "Set-Cookie" not in after.headers
    assert after.headers["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate"
    assert (await browser.get("/shop", {"If-None-Match": after.headers["Etag"]})).status == 304


@pytest.mark.parametrize("path", ["/cart", "/checkout", "/back-office/sign-in", "/api/v1/cart", "/no-such-page"])
async def test_personal_pages_are_kept_by_nobody(browser: Browser, path: str) -> None:
    answer = await browser.get(path)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Etag" not in answer.headers


async def test_a_fault_of_ours_says_nothing_but_the_request_id(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("storefront.cart_desk.read_cart", broken)

    page, call = await browser.get("/cart?key=hidden"), await browser.get("/api/v1/cart?key=hidden")

    assert (page.status, call.status) == (500, 500)
    assert page.headers["X-Request-Id"] in page.text
    assert call.json["type"] == "/problems/internal"
    assert "secret" not in page.text + call.text
    assert "secret detail" in caplog.text
    assert "hidden" not in caplog.text
