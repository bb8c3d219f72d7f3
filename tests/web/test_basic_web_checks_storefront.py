"""Twelve checks that any web shop has to pass, on the pages and the API that shoppers use."""

import re
from typing import Any

import pytest

from shared.db import Database
from shared.settings import Settings
from storefront.handlers.account_pages import HOME
from storefront.shop import Shop
from tests.factories import add_variant, count
from tests.web.accounts import EMAIL, PASSWORD, sign_in
from tests.web.baskets import ADDRESS, fill, order, wish
from tests.web.browser import OURS, Browser
from tests.web.cookie_flags import check_cookies
from tests.web.hashing import note_hashing
from tests.web.hostile import AWAY, leads_here
from tests.web.https_shop import https_storefront

PERSONAL = ("/cart", "/checkout", "/account", "/account/orders", "/account/addresses", "/account/sessions",
            "/account/password", "/account/export", "/account/export?format=json", "/account/delete",
            "/account/sign-in", "/api/v1/cart")  # fmt: skip


async def test_1_fixation_signing_in_never_takes_a_session_that_was_there_before(
    jana: Browser, browser: Browser
) -> None:
    for planted in ("A" * 43, jana.cookies["session"]):
        browser.cookies = {"session": planted}

        await sign_in(browser)

        assert browser.cookies["session"] != planted
        assert (await browser.get(HOME)).status == 200
        browser.cookies = {"session": planted}
        assert (await browser.get(HOME)).status == 303


async def test_2_logout_replay_an_ended_session_opens_nothing(jana: Browser, shop: Shop) -> None:
    kept = dict(jana.cookies)
    await jana.submit("/account/sign-out", {})

    for _ in range(2):
        jana.cookies = dict(kept)
        for path in (HOME, "/account/orders", "/account/export?format=json"):
            assert (await jana.get(path)).headers["Location"].startswith("/account/sign-in?next=/account")
        await shop.redis.delete("none", *await shop.redis.keys("session:*"))  # the second time only the database knows


async def test_3_csrf_no_other_site_signs_in_or_out_or_buys(
    jana: Browser, browser: Browser, database: Database
) -> None:
    cart = await fill(jana, database)
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
        signed_in = await browser.submit("/account/sign-in", {"email": EMAIL, "password": PASSWORD}, headers)
        assert (signed_in.status, browser.cookies) == (403, {})
        assert (await jana.submit("/account/sign-out", {}, headers)).status == 403
        assert (await jana.submit("/account/delete", {"password": PASSWORD}, headers)).status == 403
        assert (await jana.submit("/cart/items", {"sku": "WC14-NAV-M", "quantity": "1"}, headers)).status == 403
    bought = await jana.api("POST", "/orders", wish(cart), {"Idempotency-Key": "key-1", "Sec-Fetch-Site": "cross-site"})

    assert bought.status == 403
    assert (await jana.get(HOME)).status == 200
    assert (await jana.api("GET", "/cart")).json == cart
    assert await count(database, "orders") == 0


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Host", "Forwarded"])
async def test_4_host_nothing_that_we_say_is_made_from_a_host_that_was_sent(jana: Browser, name: str) -> None:
    value = "host=evil.example" if name == "Forwarded" else "evil.example"
    for answer in (
        await jana.get(HOME, {name: value}),
        await jana.get("/account/orders", {name: value, "Cookie": ""}),
        await jana.submit("/account/forgotten", {"email": EMAIL}, {**OURS, name: value}),
    ):
        assert answer.status in ({421} if name == "Host" else {200, 303})
        assert "evil" not in answer.text + str(dict(answer.headers))


@pytest.mark.parametrize("path", ["/", "/account", "/account/sign-in", "/cart", "/api/v1/cart", "/nowhere"])
async def test_5_headers_a_page_of_a_shopper_runs_nothing_foreign_and_is_framed_by_nobody(
    jana: Browser, path: str
) -> None:
    answer = await jana.get(path)

    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>" not in answer.text
    assert " style=" not in answer.text
    assert not re.search(r"\son[a-z]+=", answer.text)


@pytest.mark.parametrize("away", AWAY)
async def test_6_redirect_signing_in_leads_nowhere_else(jana: Browser, away: str) -> None:
    answer = await sign_in(jana, next=away)
    asked = await jana.submit("/account/sign-in?next=" + "%2F%2Fevil.example", {"email": EMAIL, "password": PASSWORD})

    for location in (answer.headers["Location"], asked.headers["Location"]):
        assert location == HOME
        assert leads_here(location)


async def test_7_pollution_a_field_counts_once_and_from_where_it_belongs(jana: Browser, database: Database) -> None:
    cart = await fill(jana, database)
    number = (await order(jana, wish(cart))).json["number"]
    twice = [
        await jana.get("/shop?q=coat&q=scarf"),
        await jana.get(f"/orders/{number}?key=a&key=b"),
        await jana.submit("/cart/items", "sku=WC14-NAV-M&quantity=1&quantity=9"),
        await jana.submit("/account/sign-in", f"email={EMAIL}&email=eve@example.com&password={PASSWORD}"),
        await jana.api("POST", "/cart/items", '{"sku": "WC14-NAV-M", "quantity": 1, "quantity": 9}'),
    ]
    elsewhere = await jana.submit("/cart/items?sku=WC14-NAV-M&quantity=1", {})

    assert [answer.status for answer in twice] == [400] * 5
    assert elsewhere.status == 422
    assert (await jana.api("GET", "/cart")).json["item_count"] == 0


async def test_8_idor_what_belongs_to_somebody_else_is_not_there(
    jana: Browser, eve: Browser, database: Database
) -> None:
    await jana.submit("/account/addresses", ADDRESS)
    number = (await order(jana, wish(await fill(jana, database)))).json["number"]
    async with database.writer() as connection:
        row = await connection.row(
            "SELECT (SELECT MAX(id) FROM addresses) AS address, MIN(id) AS session FROM sessions"
        )
    assert row is not None

    asked = [
        await eve.get(f"/orders/{number}"),
        await eve.get(f"/orders/{number}?key={'a' * 26}"),
        await eve.get(f"/orders/{number}/documents/I000001.pdf"),
        *[await eve.get(f"/orders/{number}/{act}") for act in ("cancel", "return", "withdraw")],
        await eve.api("GET", f"/orders/{number}"),
        await eve.get(f"/account/addresses?change={row['address']}"),
    ]
    done = [
        *[await eve.submit(f"/orders/{number}/{act}", {}) for act in ("pay", "cancel", "return", "withdraw")],
        await eve.submit(f"/account/orders/{number}/again", {}),
        await eve.submit("/account/addresses", {"first": row["address"]}),
        await eve.submit("/account/addresses", {**ADDRESS, "change": row["address"], "city": "Hamburg"}),
        await eve.submit("/account/sessions", {"end": row["session"]}),
    ]

    await eve.submit("/account/addresses", {"remove": row["address"]})  # as when it was removed before: no fault

    assert [answer.status for answer in asked + done] == [404] * 16
    assert (await jana.get(HOME)).status == 200
    hers = (await jana.get("/account/addresses")).text
    assert ("Hamburg" in hers, f"change={row['address']}" in hers) == (False, True)
    assert (await jana.api("GET", f"/orders/{number}")).json["order_status"] == "pending"


async def test_9_mass_assignment_only_what_a_form_has_is_taken(
    jana: Browser, browser: Browser, database: Database
) -> None:
    more = {
        "id": "1",
        "user_id": "1",
        "role": "manager",
        "verified_at": "2026-01-01",
        "is_default": "1",
        "owner_id": "1",
    }
    prices = {"price_cents": "1", "unit_price_cents": "1", "total_cents": "1", "subtotal_cents": "1", "stock": "999"}
    await browser.submit("/account/register", {"email": "eve@example.com", "password": PASSWORD, **more})
    assert (await sign_in(browser, "eve@example.com")).status == 422
    await jana.submit("/account/addresses", {**ADDRESS, **more})

    await fill(jana, database, price_cents=24900)
    await jana.submit("/cart/items", {"sku": "WC14-NAV-M", "quantity": "1", **more, **prices})
    page = (await jana.get("/checkout")).text
    form: dict[str, Any] = dict(re.findall(r'name="(checkout_key|cart_revision|seen)" value="([^"]*)"', page))
    typed = {
        **form,
        **ADDRESS,
        "email": EMAIL,
        "shipping_method": "standard",
        "payment": "invoice",
        "billing_same": "1",
    }
    bought = await jana.submit("/checkout", {**typed, **more, **prices, "payment_status": "paid"})
    called = await jana.api("POST", "/cart/items", {"sku": "WC14-NAV-M", "quantity": 1, "price_cents": 1})

    assert bought.status == 303
    async with database.writer() as connection:
        row = await connection.row(
            "SELECT o.total_cents, o.payment_status, u.email FROM orders o JOIN users u ON u.id = o.user_id"
        )
    assert row == {"total_cents": 49800, "payment_status": "pending", "email": EMAIL}
    assert (called.status, called.fields) == (422, ["price_cents"])


@pytest.mark.parametrize("path", PERSONAL)
async def test_10_cache_nobody_keeps_a_page_of_somebody(jana: Browser, database: Database, path: str) -> None:
    await fill(jana, database)

    answer = await jana.get(path)

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Etag" not in answer.headers


async def test_11_cookie_flags_no_script_and_no_other_site_gets_a_cookie(
    jana: Browser, database: Database, settings: Settings
) -> None:
    item = {"sku": await add_variant(database), "quantity": "1"}
    async with https_storefront(settings) as base:
        for browser in (Browser(jana.base), Browser(base)):
            answers = [await sign_in(browser), await browser.submit("/cart/items", item)]
            answers.append(await browser.submit("/account/sign-out", {}))

            check_cookies(
                answers, ("session", "device", "cart", "cart", "session", "cart"), is_https=browser.base == base
            )


async def test_12_enumeration_nobody_learns_who_has_an_account(
    jana: Browser, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by what is said nor by how long that takes: what takes time is hashing, and it is done as often."""
    work = note_hashing(monkeypatch)
    told = []
    for email in (EMAIL, "none@example.com"):
        work.clear()
        for page in ("sign-in", "register", "forgotten"):
            answer = await browser.submit(f"/account/{page}", {"email": email, "password": "a wrong one"})
            told.append((email, answer.status, len(answer.headers), answer.text.replace(email, "…"), tuple(work)))

    assert [each[1:] for each in told[:3]] == [each[1:] for each in told[3:]]
    assert told[-1][-1] == (("_fits", "a wrong one"), ("hash_password", "a wrong one"))
