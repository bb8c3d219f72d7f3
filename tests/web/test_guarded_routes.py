"""The whole route table: who may send what to it from where, and what every answer carries."""

import asyncio
import re
from collections.abc import Callable, Mapping

import pytest
from tornado.httputil import HTTPHeaders
from tornado.web import RequestHandler

from shared.db import Database
from shared.settings import Settings
from storefront.cross_site import SAFE_METHODS
from storefront.handlers.base import METHODS
from storefront.routes import API, PROBES, ROUTES, Route
from tests.factories import add_variant
from tests.web.browser import FORM, OURS, Answer, Browser
from tests.web.https_shop import https_storefront

SIGNED = "/payments/callback"  # its signature says who sent it
PARTS = {"number": "0000-0000", "act": "pack", "sku": "WC14-NAV-M", "document": "I000001", "file": "none.svg"}
FROM_ELSEWHERE: tuple[Mapping[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://BASE"},
    {"Origin": "http://wrong.example"},
    {"Origin": "null"},
)
HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def path_of(route: Route) -> str:
    return re.sub(r"{(\w+)}", lambda match: PARTS.get(match[1], "wc14-nav-m"), route.path)


def methods_of(route: Route) -> list[str]:
    return [
        name for name in METHODS if getattr(route.handler, name.lower()) is not getattr(RequestHandler, name.lower())
    ]


UNSAFE = [(route, method) for route in ROUTES for method in methods_of(route) if method not in SAFE_METHODS]
FORMS = [(route, method) for route, method in UNSAFE if route not in API and route.path != SIGNED]
CALLS = [(route, method) for route, method in UNSAFE if route in API]


def named(cases: list[tuple[Route, str]]) -> list[str]:
    return [f"{method} {route.path}" for route, method in cases]


def check_headers(answer: Answer) -> None:
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "sandbox" in policy or ("frame-ancestors 'none'" in policy and "unsafe" not in policy)
    assert answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"]
    assert "Server" not in answer.headers


def test_the_table_of_what_changes_something_is_as_long_as_we_think() -> None:
    assert (len(FORMS) > 20, len(CALLS)) == (True, 7)
    assert [name for name in named(UNSAFE) if SIGNED in name] == [f"POST {SIGNED}"]


@pytest.mark.parametrize(("route", "method"), FORMS, ids=named(FORMS))
async def test_no_form_is_taken_from_another_site_or_from_nowhere(browser: Browser, route: Route, method: str) -> None:
    host = browser.base.removeprefix("http://")
    for told in ({}, *FROM_ELSEWHERE):
        headers = {name: value.replace("BASE", host) for name, value in told.items()}
        answer = await browser.ask(method, path_of(route), "", {"Content-Type": FORM, **headers})

        assert answer.status == 403, told
        assert "Set-Cookie" not in answer.headers
        check_headers(answer)
    for headers in (OURS, {"Origin": browser.base}):
        assert (await browser.ask(method, path_of(route), "", {"Content-Type": FORM, **headers})).status != 403


@pytest.mark.parametrize(("route", "method"), CALLS, ids=named(CALLS))
async def test_no_call_is_taken_from_another_site(browser: Browser, route: Route, method: str) -> None:
    for headers in FROM_ELSEWHERE:
        answer = await browser.ask(method, path_of(route), "{}", {"Content-Type": "application/json", **headers})

        assert (answer.status, answer.json["type"]) == (403, "/problems/forbidden")
        check_headers(answer)
    if method != "DELETE":
        as_form = await browser.ask(method, path_of(route), "{}", {"Content-Type": FORM, "Idempotency-Key": "key-1"})
        assert as_form.status == 415
    answer = await browser.ask(method, path_of(route), "{}", {"Content-Type": "application/json"})
    assert answer.json.get("type") != "/problems/forbidden"


@pytest.mark.parametrize("route", ROUTES, ids=[route.path for route in ROUTES])
async def test_another_host_is_sent_away_from_everywhere_but_the_probes(browser: Browser, route: Route) -> None:
    for method in methods_of(route):
        answer = await browser.ask(method, path_of(route), None, {"Host": "wrong.example", **OURS})

        assert (answer.status == 421) == (route not in PROBES)
        assert "wrong.example" not in answer.text + str(dict(answer.headers))
        check_headers(answer)


@pytest.mark.parametrize("route", ROUTES, ids=[route.path for route in ROUTES])
async def test_every_answer_of_every_route_has_its_headers(
    new_browser: Callable[[], Browser], database: Database, route: Route
) -> None:
    await add_variant(database)
    for method in ("GET", "HEAD", "POST", "PATCH", "OPTIONS"):
        answer = await new_browser().ask(method, path_of(route), None, OURS)

        assert answer.status < 500
        check_headers(answer)


async def test_what_is_sent_from_stock_has_its_headers_too(browser: Browser, database: Database) -> None:
    home = await browser.get("/")
    (style,) = re.findall(r'href="(/static/shop[^"]+)"', home.text)
    tag = (await browser.get("/shop")).headers["Etag"]
    answers = {
        "style": await browser.get(style),
        "not modified": await browser.get("/shop", {"If-None-Match": tag}),
        "redirect": await browser.get("/back-office/orders"),
        "to sign in": await browser.get("/account"),
        "too large": await browser.ask("POST", "/cart/items", "x" * 70_000, {"Content-Type": FORM, **OURS}),
        "unreadable": await browser.get("/shop?q=%ff"),
        "not here": await browser.get("/nowhere"),
        "no call": await browser.get("/api/v1/nowhere"),
    }

    assert {what: answer.status for what, answer in answers.items()} == {
        "style": 200, "not modified": 304, "redirect": 303, "to sign in": 303, "too large": 413, "unreadable": 400,
        "not here": 404, "no call": 404,
    }  # fmt: skip
    for answer in answers.values():
        check_headers(answer)


@pytest.mark.parametrize("request_head", [b"nonsense", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b", b"GET /\r\n: x"])
async def test_even_what_is_no_http_is_answered_with_the_headers(browser: Browser, request_head: bytes) -> None:
    host, port = browser.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request_head + b"\r\n\r\n")
    line, _, rest = (await reader.read()).partition(b"\r\n")
    writer.close()

    assert line == b"HTTP/1.1 400 Bad Request"
    check_headers(Answer(400, HTTPHeaders.parse(rest.decode()), b""))


async def test_over_https_browsers_are_told_to_stay_there_whatever_they_asked(
    settings: Settings, database: Database
) -> None:
    async with https_storefront(settings) as base:
        for path in ("/", "/nowhere", "/account", "/api/v1/cart", "/static/none.css", "/livez"):
            answer = await Browser(base).get(path, {"X-Forwarded-Proto": "http"})

            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
