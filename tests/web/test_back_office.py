"""The back office: signing in, and reading orders."""

import re

import pytest
import pytest_asyncio

from shared.db import Database
from shared.services.staff import add_staff, make_password_link
from storefront.shop import Shop
from tests.web.baskets import ADDRESS, fill, order, wish
from tests.web.browser import Answer, Browser

EMAIL, PASSWORD = "ada@example.com", "correct horse"


@pytest_asyncio.fixture
async def token(database: Database, shop: Shop) -> str:
    """The secret of Ada's link; nobody's wrong tries are remembered."""
    await shop.redis.delete(*[*await shop.redis.keys("rate:sign-in*"), "none"])
    staff = await add_staff(database, EMAIL, "manager")
    return await make_password_link(database, staff.id)


async def _set_password(browser: Browser, token: str, password: str = PASSWORD) -> Answer:
    return await browser.submit("/back-office/password", {"token": token, "password": password, "again": password})


async def _sign_in(browser: Browser, password: str = PASSWORD, **more: str) -> Answer:
    return await browser.submit("/back-office/sign-in", {"email": EMAIL, "password": password, **more})


@pytest.mark.parametrize("path", ["/back-office/orders", "/back-office/orders/0000-0000", "/back-office"])
async def test_whoever_is_not_signed_in_is_sent_to_sign_in(browser: Browser, path: str) -> None:
    answer = await browser.get(path)

    assert answer.status == 303
    assert answer.headers["Location"] == f"/back-office/sign-in?next={path}"


async def test_a_link_sets_a_password_once(browser: Browser, token: str) -> None:
    shown = await browser.get(f"/back-office/password?token={token}")
    short = await _set_password(browser, token, "short")
    done = await _set_password(browser, token)
    again = await _set_password(browser, token)

    assert (shown.status, short.status, done.status, again.status) == (200, 422, 303, 410)
    assert (await browser.get(f"/back-office/password?token={token}")).status == 410
    assert (await _sign_in(browser)).status == 303


async def test_a_session_has_its_flags_and_ends_when_signed_out(browser: Browser, token: str) -> None:
    await _set_password(browser, token)

    answer = await _sign_in(browser)
    cookie, kept = answer.headers["Set-Cookie"], dict(browser.cookies)
    inside = await browser.get("/back-office/orders")
    await browser.submit("/back-office/sign-out", {})
    browser.cookies = kept

    assert re.match(r"staff_session=[\w-]{43};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert inside.status == 200
    assert (await browser.get("/back-office/orders")).status == 303


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/back-office/orders?q=x", "/back-office/orders?q=x"),
        ("//evil.example", "/back-office/orders"),
        ("https://evil.example", "/back-office/orders"),
        ("/back-office/\\evil", "/back-office/orders"),
        ("/back-office//evil", "/back-office/orders"),
        ("", "/back-office/orders"),
    ],
)
async def test_signing_in_leads_on_inside_the_back_office_only(
    browser: Browser, token: str, wanted: str, place: str
) -> None:
    await _set_password(browser, token)

    answer = await _sign_in(browser, next=wanted)

    assert answer.headers["Location"] == place


async def test_known_and_unknown_people_get_the_same_answer(browser: Browser, token: str) -> None:
    await _set_password(browser, token)
    wrong = await _sign_in(browser, "not the password")

    unknown = await browser.submit("/back-office/sign-in", {"email": "no@example.com", "password": "x" * 8})

    assert (wrong.status, unknown.status) == (422, 422)
    assert wrong.text.replace(EMAIL, "") == unknown.text.replace("no@example.com", "")


async def test_the_eleventh_wrong_try_waits(browser: Browser, token: str) -> None:
    for _ in range(10):
        assert (await _sign_in(browser, "not the password")).status == 422

    answer = await _sign_in(browser, "not the password")

    assert answer.status == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 900


async def test_right_tries_are_not_counted(browser: Browser, token: str) -> None:
    await _set_password(browser, token)

    assert [(await _sign_in(browser)).status for _ in range(12)] == [303] * 12


async def test_staff_find_an_order_and_names_are_escaped(browser: Browser, token: str, database: Database) -> None:
    name = "<img src=x onerror=alert(1)>"
    body = wish(await fill(browser, database), shipping_address=ADDRESS | {"name": name})
    number = (await order(browser, body)).json["number"]
    await _set_password(browser, token)
    await _sign_in(browser)

    found = await browser.get(f"/back-office/orders?q={number}")
    nothing = await browser.get("/back-office/orders?q=ZZZZ")
    page = await browser.get(f"/back-office/orders/{number}")

    assert number in found.text
    assert number not in nothing.text
    assert page.status == 200
    assert name not in found.text + page.text
    assert "&lt;img src=x" in page.text
    assert (await browser.get("/back-office/orders/0000-0000")).status == 404
