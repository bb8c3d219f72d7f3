"""What docs/security.md says of answers: their types and context, what they leave in a browser, what is not there."""

import asyncio
from pathlib import Path

import pytest
import pytest_asyncio

from shared.db import Database
from storefront.app import Storefront
from storefront.shop import Shop
from tests.web.accounts import a_user, forget_rates, sign_in
from tests.web.baskets import fill
from tests.web.browser import OURS, Browser
from tests.web.desk import sign_in_as
from tests.web.test_account import PAGES as ACCOUNT_PAGES

PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest_asyncio.fixture
async def picture(shop: Shop) -> str:
    """The address of a picture that would run a script if it could."""
    folder: Path = shop.settings.media_root / "pictures"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread((folder / "asvs-coat.svg").write_bytes, PICTURE)
    return "/media/pictures/asvs-coat.svg"


async def test_every_text_says_its_type_and_its_characters(browser: Browser, shop: Shop, picture: str) -> None:
    kinds = {
        "/": "text/html; charset=UTF-8",
        "/no-such-page": "text/html; charset=UTF-8",
        "/livez": "text/plain; charset=UTF-8",
        "/metrics": "text/plain; version=1.0.0; charset=utf-8",
        "/readyz": "application/json",
        "/api/v1/cart": "application/json",
        "/api/v1/nothing": "application/problem+json",
        shop.assets.url("shop.css"): "text/css; charset=utf-8",
        shop.assets.url("shop.js"): "text/javascript; charset=utf-8",
        shop.assets.url("icon.svg"): "image/svg+xml; charset=utf-8",
        picture: "image/svg+xml; charset=utf-8",
    }

    found = {path: (await browser.get(path)).headers["Content-Type"] for path in kinds}

    assert found == kinds


async def test_a_picture_opened_by_itself_runs_nothing(browser: Browser, picture: str) -> None:
    answer = await browser.get(picture)

    assert answer.body == PICTURE
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/v1/cart", "/api/v1/products", "/", "/account/export?format=json"])
async def test_no_other_site_may_read_an_answer(jana: Browser, path: str) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    answers = [await jana.get(path, asked), await jana.ask("OPTIONS", path, None, asked)]

    assert answers[1].status == 405
    assert [name for answer in answers for name in answer.headers if name.startswith("Access-Control-")] == []


@pytest.mark.parametrize("page", ACCOUNT_PAGES)
async def test_the_way_out_stands_on_every_page_of_an_account(jana: Browser, page: str) -> None:
    assert (await jana.get(f"/account{page}")).text.count('action="/account/sign-out"') == 1


@pytest.mark.parametrize("page", ["/orders", "/bank", "/own-password"])
async def test_the_way_out_stands_on_every_page_of_the_back_office(
    browser: Browser, database: Database, page: str
) -> None:
    await sign_in_as(browser, database)

    assert (await browser.get(f"/back-office{page}")).text.count('action="/back-office/sign-out"') == 1


async def test_signing_out_empties_the_browsers_cache_and_takes_the_cart(jana: Browser, database: Database) -> None:
    await fill(jana, database)

    shopper = await jana.submit("/account/sign-out", {})
    staff = await jana.submit("/back-office/sign-out", {})

    assert [each.headers["Clear-Site-Data"] for each in (shopper, staff)] == ['"cache", "storage"'] * 2
    assert (await jana.api("GET", "/cart")).json["item_count"] == 0


@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.git/HEAD", "/.env", "/static/", "/static", "/media/", "/media/pictures/", "/static/shop.css",
     "/storefront/app.py", "/pyproject.toml", "/docs/security.md"],
)  # fmt: skip
async def test_no_folder_and_no_file_of_ours_is_listed_or_sent(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status == 404


async def test_nothing_is_debugged_in_the_open(shop: Shop) -> None:
    settings = Storefront(shop).settings

    assert [name for name in ("debug", "autoreload", "serve_traceback") if settings.get(name)] == []


async def test_what_was_encoded_twice_is_decoded_once(browser: Browser) -> None:
    answer = await browser.get("/shop?q=%253Cb%253E")

    assert "%3Cb%3E" in answer.text
    assert "&lt;b&gt;" not in answer.text


@pytest.mark.parametrize("name", ["{0.__class__}", "%s%n%(x)s", "{{ 7*7 }}", "{detail}"])
async def test_a_format_in_what_is_sent_is_only_text(browser: Browser, database: Database, name: str) -> None:
    cart = await fill(browser, database)
    sku = cart["lines"][0]["sku"]

    answer = await browser.api("POST", "/cart/items", {"sku": sku, "quantity": 1, name: 1})
    page = await browser.submit("/cart/items", {"sku": name, "quantity": 1})

    assert (answer.status, answer.fields) == (422, [name])
    assert page.status == 404
    assert "49" not in page.text


async def test_a_form_of_another_site_signs_nobody_in(browser: Browser, shop: Shop) -> None:
    await forget_rates(shop)
    await a_user(shop)

    refused = await browser.submit("/account/sign-in", {}, {"Origin": "https://evil.example"})
    got = await browser.get("/account/sign-in")
    posted = await sign_in(browser)

    assert (refused.status, got.status, posted.status) == (403, 200, 303)
    assert "session" not in refused.headers.get("Set-Cookie", "") + got.headers.get("Set-Cookie", "")
    assert OURS == {"Sec-Fetch-Site": "same-origin"}
