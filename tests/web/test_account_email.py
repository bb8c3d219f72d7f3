"""Another e-mail for an account: with the password, by a link to the new address, and with word to the old one."""

from collections.abc import Callable

import pytest
import pytest_asyncio

from shared.db import Database
from shared.services.accounts import register
from storefront.shop import Shop
from tests.factories import add_variant, count, place
from tests.web.accounts import EMAIL, PASSWORD, a_user, forget_rates, mailed_to, sign_in
from tests.web.browser import Answer, Browser

NEW = "jana.new@example.com"


@pytest_asyncio.fixture
async def jana(browser: Browser, shop: Shop, database: Database) -> Browser:
    await forget_rates(shop)
    await a_user(shop)
    await sign_in(browser)
    return browser


async def ask(browser: Browser, email: str = NEW, password: str = PASSWORD) -> Answer:
    return await browser.submit("/account/email", {"email": email, "password": password})


async def confirm(browser: Browser, secret: str, password: str = PASSWORD) -> Answer:
    return await browser.submit("/account/email/confirm", {"token": secret, "password": password})


async def test_nothing_changes_before_the_link_in_the_mail_is_used(jana: Browser, shop: Shop) -> None:
    answer = await ask(jana)

    assert answer.status == 200
    assert NEW in answer.text
    assert (await mailed_to(shop, "change")).email == NEW
    assert (await mailed_to(shop, "asked")).email == EMAIL
    assert (await sign_in(jana, NEW)).status == 422
    assert (await sign_in(jana)).status == 303


async def test_the_link_and_the_password_change_it_and_end_all_other_sessions(
    jana: Browser, new_browser: Callable[[], Browser], shop: Shop, database: Database
) -> None:
    await add_variant(database)
    number = (await place(database, {"WC14-NAV-M": 1}, email=NEW)).order.number
    elsewhere, by_mail = new_browser(), new_browser()
    await sign_in(elsewhere)
    await ask(jana)
    secret = (await mailed_to(shop, "change")).secret
    assert secret in (await by_mail.get(f"/account/email/confirm?token={secret}")).text

    answer = await confirm(by_mail, secret)

    assert (answer.status, answer.headers["Location"]) == (303, "/account")
    page = (await by_mail.get("/account")).text
    assert NEW in page
    assert number in page
    assert [(await each.get("/account")).status for each in (jana, elsewhere)] == [303, 303]
    assert [(await sign_in(elsewhere, email)).status for email in (EMAIL, NEW)] == [422, 303]
    assert (await mailed_to(shop, "moved")).email == EMAIL
    assert (await confirm(by_mail, secret)).status == 410


async def test_a_wrong_password_is_told_at_its_field_and_mails_nobody(jana: Browser, shop: Shop) -> None:
    before = await count(shop.database, "jobs")

    answer = await ask(jana, password="wrong password")

    assert answer.status == 422
    assert 'id="password-fault"' in answer.text
    assert await count(shop.database, "jobs") == before
    await ask(jana)
    wrong = await confirm(jana, (await mailed_to(shop, "change")).secret, "wrong password")
    assert wrong.status == 422
    assert "This is not the password of the account." in wrong.text


@pytest.mark.parametrize("email", ["", "jana", "jana@example.com\r\nBcc: eve@example.com", "JANA@example.com"])
async def test_what_is_no_new_address_is_told_at_its_field(jana: Browser, email: str) -> None:
    answer = await ask(jana, email)

    assert answer.status == 422
    assert 'id="email-fault"' in answer.text
    assert "<title>Error: Change your e-mail" in answer.text


async def test_an_address_that_has_an_account_gets_the_same_answer_and_its_owner_a_mail(
    jana: Browser, shop: Shop
) -> None:
    await a_user(shop, "eve@example.com")
    free, taken = await ask(jana, NEW), await ask(jana, "eve@example.com")

    assert (taken.status, taken.text.replace("eve@example.com", NEW)) == (free.status, free.text)
    mail = await mailed_to(shop, "taken")
    assert mail.email == "eve@example.com"
    assert (await confirm(jana, mail.secret)).status == 410
    assert (await sign_in(jana, "eve@example.com")).status == 303


async def test_an_address_that_was_proven_for_somebody_else_meanwhile_is_theirs(
    jana: Browser, new_browser: Callable[[], Browser], shop: Shop
) -> None:
    await ask(jana)
    secret = (await mailed_to(shop, "change")).secret
    await a_user(shop, NEW)

    answer = await confirm(jana, secret)

    assert answer.status == 410
    assert (await mailed_to(shop, "taken")).email is None  # to the owner's own address
    assert (await jana.get("/account")).status == 200
    assert [(await sign_in(new_browser(), email)).status for email in (EMAIL, NEW)] == [303, 303]


async def test_an_address_that_nobody_proved_is_free(jana: Browser, shop: Shop) -> None:
    await register(shop.accounts, NEW, "a password of somebody else")
    await ask(jana)
    await register(shop.accounts, NEW, "a password of somebody else")

    assert (await confirm(jana, (await mailed_to(shop, "change")).secret)).status == 303
    assert (await sign_in(jana, NEW)).status == 303


async def test_only_the_last_link_counts_and_none_after_a_new_password(jana: Browser, shop: Shop) -> None:
    await ask(jana)
    first = (await mailed_to(shop, "change")).secret
    await ask(jana, "another@example.com")
    second = (await mailed_to(shop, "change")).secret

    assert (await confirm(jana, first)).status == 410
    await jana.submit("/account/password", {"current": PASSWORD, "password": "another password"})
    assert (await confirm(jana, second, "another password")).status == 410


async def test_a_link_to_change_an_address_expires(jana: Browser, shop: Shop, database: Database) -> None:
    await ask(jana)
    secret = (await mailed_to(shop, "change")).secret
    async with database.writer() as connection:
        await connection.execute("UPDATE tokens SET expires_at = UTC_TIMESTAMP(6)")

    assert (await jana.get(f"/account/email/confirm?token={secret}")).status == 410
    assert (await confirm(jana, secret)).status == 410


async def test_five_mails_an_hour_are_what_an_account_can_have_sent_by_this(jana: Browser) -> None:
    assert [(await ask(jana, f"n{n}@example.com")).status for n in range(6)] == [200] * 5 + [429]


async def test_nobody_changes_an_address_for_somebody_else(browser: Browser, jana: Browser) -> None:
    for path in ("/account/email", "/account/email/confirm"):
        assert (await jana.submit(path, {}, {"Sec-Fetch-Site": "cross-site"})).status == 403
    jana.cookies.pop("session")
    assert (await ask(jana)).headers["Location"] == "/account/sign-in?next=/account/email"
