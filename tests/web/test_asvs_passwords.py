"""What docs/security.md says of passwords and sessions."""

import re
from collections.abc import Callable

import pytest
import pytest_asyncio

from shared.db import Database
from shared.passwords import hash_password
from shared.services.accounts import change_password
from storefront.shop import Shop
from tests.factories import count
from tests.outline import Outline
from tests.web.accounts import EMAIL, PASSWORD, a_user, forget_rates, last_link, sign_in
from tests.web.browser import Browser
from tests.web.desk import sign_in_as

# Forms that take a password, and the fields that one sees in them; link pages are asked for with a good link.
FORMS = {
    "/account/sign-in": {"email": "username", "password": "current-password"},
    "/account/register": {"email": "username", "password": "new-password"},
    "/account/password": {"current": "current-password", "password": "new-password"},
    "/account/delete": {"password": "current-password"},
    "/back-office/sign-in": {"email": "username", "password": "current-password"},
    "/back-office/own-password": {
        "current": "current-password",
        "password": "new-password",
        "again": "new-password",
    },
}


@pytest_asyncio.fixture(autouse=True)
async def _fresh(shop: Shop, database: Database) -> None:
    await forget_rates(shop)


@pytest_asyncio.fixture
async def jana(browser: Browser, shop: Shop, database: Database) -> Browser:
    """Signed in to an account and to the back office."""
    await a_user(shop)
    await sign_in(browser)
    await sign_in_as(browser, database)
    return browser


def seen_fields(page: str, action: str) -> dict[str, dict[str, str | None]]:
    """The visible fields of one form."""
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
    assert form, action
    inputs = [found for tag, found in Outline(form[0]).elements if tag == "input" and found.get("type") != "hidden"]
    return {found["name"] or "": found for found in inputs}


@pytest.mark.parametrize("path", FORMS)
async def test_passwords_are_masked_and_managers_may_fill_them_in(jana: Browser, path: str) -> None:
    fields = seen_fields((await jana.get(path)).text, path)

    assert {name: field["autocomplete"] for name, field in fields.items()} == FORMS[path]
    hidden = {field["type"] for field in fields.values() if str(field["autocomplete"]).endswith("-password")}
    assert hidden == {"password"}


async def test_a_forgotten_password_asks_no_question_and_gives_no_hint(
    browser: Browser, shop: Shop, database: Database
) -> None:
    await a_user(shop)
    await browser.submit("/account/forgotten", {"email": EMAIL})
    link = await last_link(shop, database)

    forgotten = (await browser.get("/account/forgotten")).text
    reset = (await browser.get(f"/account/reset?token={link}")).text

    assert set(seen_fields(forgotten, "/account/forgotten")) == {"email"}
    assert set(seen_fields(reset, "/account/reset")) == {"password"}


@pytest.mark.parametrize(
    "password",
    [
        "password only lower",
        "ЖЖЖЖЖЖЖЖ",
        " blanks at both ends ",
        "👗👗👗👗👗👗👗👗",
        "a" * 64,
        "x" * 256,
        "70415263748596071829",
    ],
)
async def test_any_password_of_8_to_256_characters_is_taken_to_the_letter(
    browser: Browser, shop: Shop, password: str
) -> None:
    user_id = await a_user(shop)
    await change_password(shop.accounts, user_id, PASSWORD, password)

    others = [password.strip(), password + "x", password.upper(), password[:-1]]
    wrong = [(await sign_in(browser, password=other)).status for other in others if other != password]
    right = (await sign_in(browser, password=password)).status

    assert right == 303
    assert set(wrong) == {422}


async def test_a_password_is_kept_as_argon2id_of_19_mebibytes_and_two_passes() -> None:
    assert hash_password("correct horse").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hash_password("correct horse") != hash_password("correct horse")


async def test_a_password_stays_good_however_old_it_is(browser: Browser, shop: Shop, database: Database) -> None:
    await a_user(shop)
    async with database.writer() as connection:
        await connection.execute(
            "UPDATE users SET created_at = created_at - INTERVAL 9 YEAR, verified_at = verified_at - INTERVAL 9 YEAR"
        )

    assert (await sign_in(browser)).status == 303


async def test_an_empty_database_lets_nobody_in(browser: Browser, database: Database) -> None:
    names = ("admin", "root", "admin@example.com", "manager@example.com", "shopper@example.com")

    answers = [
        (await browser.submit(path, {"email": name, "password": name})).status
        for path in ("/account/sign-in", "/back-office/sign-in")
        for name in names
    ]

    assert set(answers) == {422}
    assert (await count(database, "users"), await count(database, "staff")) == (0, 0)


async def test_staff_change_their_own_password_by_the_one_they_have(
    new_browser: Callable[[], Browser], database: Database
) -> None:
    ada, elsewhere = new_browser(), new_browser()
    for browser in (ada, elsewhere):
        await sign_in_as(browser, database)
    async with database.writer() as connection:
        await connection.execute("UPDATE staff SET password_hash = %s", (hash_password(PASSWORD),))
    new = {"password": "another password", "again": "another password"}
    page = "/back-office/own-password"

    refused = [
        await ada.submit(page, new | change)
        for change in ({"current": "wrong"}, {"current": PASSWORD, "again": "x"}, {"current": PASSWORD[:-1]})
    ]
    short = await ada.submit(page, {"current": PASSWORD, "password": "short", "again": "short"})
    done = await ada.submit(page, new | {"current": PASSWORD})

    assert [answer.status for answer in (*refused, short, done)] == [422, 422, 422, 422, 303]
    assert [(await browser.get("/back-office/orders")).status for browser in (ada, elsewhere)] == [303, 303]
    signed_in = [
        (await ada.submit("/back-office/sign-in", {"email": "ada@example.com", "password": password})).status
        for password in (PASSWORD, "another password")
    ]
    assert signed_in == [422, 303]


async def test_guesses_at_a_staff_password_are_counted_on_its_page_too(browser: Browser, database: Database) -> None:
    await sign_in_as(browser, database)

    answers = [(await browser.submit("/back-office/own-password", {"current": "x"})).status for _ in range(11)]

    assert answers == [422] * 10 + [429]


async def test_signing_in_to_the_back_office_again_ends_the_session_before(
    new_browser: Callable[[], Browser], shop: Shop, database: Database
) -> None:
    browser, old = new_browser(), new_browser()
    await sign_in_as(browser, database)
    old.cookies = dict(browser.cookies)
    async with database.writer() as connection:
        await connection.execute("UPDATE staff SET password_hash = %s", (hash_password(PASSWORD),))
    assert (await old.get("/back-office/orders")).status == 200

    answer = await browser.submit("/back-office/sign-in", {"email": "ada@example.com", "password": PASSWORD})

    assert answer.status == 303
    assert browser.cookies["staff_session"] != old.cookies["staff_session"]
    assert (await browser.get("/back-office/orders")).status == 200
    assert (await old.get("/back-office/orders")).status == 303
