"""The same twelve checks in the back office, where a fault costs more."""

import re

import pytest
import pytest_asyncio

from shared.db import Database
from shared.domain.mailed_links import sha256_hex
from shared.services.staff import add_staff, make_password_link, set_password_by_link
from shared.settings import Settings
from storefront.handlers.sign_in import HOME
from storefront.shop import Shop
from tests.factories import count
from tests.web.accounts import a_user, forget_rates
from tests.web.accounts import sign_in as sign_in_as_shopper
from tests.web.browser import OURS, Answer, Browser
from tests.web.cookie_flags import check_cookies
from tests.web.desk import a_settled_order, an_order, do, look, pieces
from tests.web.hashing import note_hashing
from tests.web.hostile import AWAY, leads_here
from tests.web.https_shop import https_storefront

EMAIL, PASSWORD = "ada@example.com", "correct horse"
PAGES = (HOME, "/back-office/orders?q=jana", "/back-office/bank", "/back-office/bank/record")
OF_AN_ORDER = ("", "/cancel", "/pack", "/documents/I000001.pdf")


async def sign_in(browser: Browser, password: str = PASSWORD, **more: str) -> Answer:
    return await browser.submit("/back-office/sign-in", {"email": EMAIL, "password": password, **more})


@pytest_asyncio.fixture
async def ada(browser: Browser, shop: Shop, database: Database) -> Browser:
    """A manager who is signed in."""
    await forget_rates(shop)
    staff = await add_staff(database, EMAIL, "manager")
    await set_password_by_link(shop.staff, await make_password_link(database, staff.id), PASSWORD)
    assert (await sign_in(browser)).status == 303
    return browser


async def test_1_fixation_signing_in_never_takes_a_session_that_was_there_before(ada: Browser) -> None:
    stranger = Browser(ada.base)
    for planted in ("A" * 43, ada.cookies["staff_session"]):
        stranger.cookies = {"staff_session": planted}

        await sign_in(stranger)

        assert stranger.cookies["staff_session"] != planted
        assert (await stranger.get(HOME)).status == 200
        stranger.cookies = {"staff_session": planted}
        assert (await stranger.get(HOME)).status == 303


async def test_2_logout_replay_an_ended_session_opens_nothing(ada: Browser, database: Database) -> None:
    number, kept = await an_order(database), dict(ada.cookies)
    await ada.submit("/back-office/sign-out", {})
    ada.cookies = kept

    answers = [await ada.get(path) for path in (*PAGES, f"/back-office/orders/{number}")]
    answers.append(await do(ada, number, "hold", {"reason": "why"}))

    assert {answer.status for answer in answers} == {303}
    assert await count(database, "commands") == 0


async def test_3_csrf_no_other_site_signs_in_or_out_or_does_anything(ada: Browser, database: Database) -> None:
    number, stranger = await a_settled_order(database), Browser(ada.base)
    before = await look(database, number)
    credentials = {"email": EMAIL, "password": PASSWORD}
    for headers in ({}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil.example"}):
        signed_in = await stranger.submit("/back-office/sign-in", credentials, headers)
        assert (signed_in.status, stranger.cookies) == (403, {})
        assert (await ada.submit("/back-office/sign-out", {}, headers)).status == 403
        for act in ("pack", "cancel", "refund", "record"):
            fields = {"operation_id": f"op-{act}", "amount": "1", **pieces(coats=1)}
            assert (await ada.submit(f"/back-office/orders/{number}/{act}", fields, headers)).status == 403

    assert (await ada.get(HOME)).status == 200
    assert await look(database, number) == before


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Host", "Forwarded"])
async def test_4_host_nothing_that_we_say_is_made_from_a_host_that_was_sent(ada: Browser, name: str) -> None:
    value = "host=evil.example" if name == "Forwarded" else "evil.example"
    for answer in (
        await ada.get(HOME, {name: value}),
        await ada.get(HOME, {name: value, "Cookie": ""}),
        await ada.submit("/back-office/sign-in", {"email": EMAIL, "password": PASSWORD}, {**OURS, name: value}),
    ):
        assert answer.status in ({421} if name == "Host" else {200, 303})
        assert "evil" not in answer.text + str(dict(answer.headers))


async def test_5_headers_a_page_of_staff_runs_nothing_foreign_and_is_framed_by_nobody(
    ada: Browser, database: Database
) -> None:
    number = await an_order(database, email='"<script>alert(1)</script>"@example.com')
    for path in (*PAGES, f"/back-office/orders/{number}", "/back-office/sign-in", "/back-office/nowhere"):
        answer = await ada.get(path)

        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
        assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'self'")
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert not re.search(r"\son[a-z]+=", answer.text)


@pytest.mark.parametrize("away", [*AWAY, "/account"])
async def test_6_redirect_signing_in_leads_nowhere_else(ada: Browser, away: str) -> None:
    answer = await sign_in(ada, next=away)

    assert answer.headers["Location"] == HOME
    assert leads_here(answer.headers["Location"])


async def test_7_pollution_a_field_counts_once_and_from_where_it_belongs(ada: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    at = f"/back-office/orders/{number}"
    twice = [
        await ada.get(f"{HOME}?q=a&q=b"),
        await ada.submit(f"{at}/record", "operation_id=a&amount=1&amount=100"),
        await ada.submit(f"{at}/hold", "operation_id=a&operation_id=b&reason=why"),
        await ada.submit("/back-office/sign-in", f"email={EMAIL}&password=x&password={PASSWORD}"),
    ]
    elsewhere = await ada.submit(f"{at}/record?operation_id=a&amount=100", {})

    assert [answer.status for answer in twice] == [400] * 4
    assert elsewhere.status == 422
    assert await count(database, "commands") == 0


async def test_8_idor_a_session_opens_what_its_owner_may_see_and_nothing_else(
    ada: Browser, shop: Shop, database: Database
) -> None:
    number, jana = await a_settled_order(database), Browser(ada.base)
    await a_user(shop)
    await sign_in_as_shopper(jana)
    jana.cookies["staff_session"] = jana.cookies["session"]
    ada.cookies["session"] = ada.cookies["staff_session"]
    clerk = await add_staff(database, EMAIL, "viewer")

    shopper = [await jana.get(path) for path in (*PAGES, *[f"{HOME}/{number}{part}" for part in OF_AN_ORDER])]
    viewer = [await do(ada, number, act, {"amount": "1", **pieces(coats=1)}) for act in ("refund", "cancel", "pack")]

    assert {answer.headers["Location"].partition("?")[0] for answer in shopper} == {"/back-office/sign-in"}
    assert clerk.role == "viewer"
    assert [answer.status for answer in viewer] == [403] * 3
    assert (await ada.get("/account")).status == 303
    assert (await ada.get(f"/orders/{number}")).status == 404
    assert (await ada.get(f"{HOME}/0000-0000")).status == 404
    assert (await ada.get(f"{HOME}/{number}/documents/I999999.pdf")).status == 404


async def test_9_mass_assignment_only_what_a_form_has_is_taken(ada: Browser, shop: Shop, database: Database) -> None:
    number = await a_settled_order(database)
    clerk = await add_staff(database, "bob@example.com", "clerk")
    token = await make_password_link(database, clerk.id)
    more = {"role": "manager", "staff_id": "1", "owner_id": "1", "who": "eve@example.com", "order_id": "1", "id": "1"}
    await Browser(ada.base).submit(
        "/back-office/password", {"token": token, "password": PASSWORD, "again": PASSWORD, "email": EMAIL, **more}
    )
    bob = Browser(ada.base)
    await bob.submit("/back-office/sign-in", {"email": "bob@example.com", "password": PASSWORD, **more})

    answer = await do(
        bob, number, "record", {"amount": "5", "amount_cents": "999", "order_status": "completed", **more}
    )

    assert answer.status == 303
    after = await look(database, number)
    assert (after.paid_cents, after.order_status) == (500, "processing")
    assert after.events[-1].who == "bob@example.com"
    async with database.writer() as connection:
        assert await connection.rows("SELECT email, role FROM staff ORDER BY id") == [
            {"email": EMAIL, "role": "manager"},
            {"email": "bob@example.com", "role": "clerk"},
        ]


async def test_10_cache_nobody_keeps_a_page_of_staff(ada: Browser, shop: Shop, database: Database) -> None:
    number = await a_settled_order(database)
    staff = await add_staff(database, "bob@example.com", "clerk")
    link = f"/back-office/password?token={await make_password_link(database, staff.id)}"
    for path in (*PAGES, "/back-office/sign-in", link, *[f"{HOME}/{number}{part}" for part in OF_AN_ORDER]):
        answer = await ada.get(path)

        assert answer.status in {200, 303, 404}
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Etag" not in answer.headers


async def test_11_cookie_flags_no_script_and_no_other_site_gets_a_cookie(ada: Browser, settings: Settings) -> None:
    async with https_storefront(settings) as base:
        for browser in (Browser(ada.base), Browser(base)):
            answers = [await sign_in(browser), await browser.submit("/back-office/sign-out", {})]

            check_cookies(answers, ("staff_session", "device", "staff_session"), is_https=browser.base == base)


async def test_12_enumeration_nobody_learns_who_works_here(
    ada: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by what is said nor by how long that takes; an address without a password yet is no exception."""
    await add_staff(database, "new@example.com", "clerk")
    work = note_hashing(monkeypatch)
    told = []
    for email in (EMAIL, "new@example.com", "none@example.com"):
        stranger = Browser(ada.base)
        answer = await stranger.submit("/back-office/sign-in", {"email": email, "password": "a wrong one"})
        told.append((answer.status, len(answer.headers), answer.text.replace(email, "…"), stranger.cookies))

    assert told[0] == told[1] == told[2]
    assert work == [("_fits", "a wrong one")] * 3
    link = await Browser(ada.base).get("/back-office/password?token=" + sha256_hex("x")[:43])
    assert link.status == 410
