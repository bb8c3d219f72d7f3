"""Nobody learns from an answer, or from the work behind it, whether an address has an account.

Addresses are of one length, so that answers are compared byte by byte. The work is counted, not timed: password hashes
and statements, which are what takes time.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from shared import log
from shared.db import Connection, Database
from shared.passwords import Passwords
from shared.services.accounts import register
from storefront.shop import Shop
from tests.web.accounts import PASSWORD, a_user, forget_rates, sign_in
from tests.web.browser import Answer, Browser

PROVEN, UNPROVEN, UNKNOWN = "jana.known@example.com", "kurt.fresh@example.com", "nina.where@example.com"
HELD = "vera.holds@example.com"  # by somebody else
PASSING = {"Date", "X-Request-Id"}
Ask = Callable[[Browser, str], Awaitable[Answer]]


@dataclass
class Work:
    """What the storefront did, in order."""

    done: list[str] = field(default_factory=list)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    seen = Work()

    def note(owner: type, name: str, told: Callable[..., str]) -> None:
        real = getattr(owner, name)

        async def noted(self: Any, first: Any, *more: Any) -> Any:
            if log.bound("request_id"):  # the storefront looks after its parts beside that
                seen.done.append(told(first))
            return await real(self, first, *more)

        monkeypatch.setattr(owner, name, noted)

    for name in ("execute", "insert", "rows", "many"):
        note(Connection, name, str)
    note(Passwords, "_run", lambda function: str(function.__name__))
    return seen


@pytest_asyncio.fixture(autouse=True)
async def _two_accounts(shop: Shop, database: Database) -> None:
    await forget_rates(shop)
    await a_user(shop, PROVEN)
    await register(shop.accounts, UNPROVEN, PASSWORD)


def seen_by(answer: Answer, email: str) -> tuple[Any, ...]:
    headers = sorted((name, value) for name, value in answer.headers.get_all() if name not in PASSING)
    return answer.status, headers, answer.body.replace(email.encode(), b"...")


async def _sign_in(browser: Browser, email: str) -> Answer:
    return await sign_in(browser, email, "wrong password")


async def _register(browser: Browser, email: str) -> Answer:
    return await browser.submit("/account/register", {"email": email, "password": "another password"})


async def _forget(browser: Browser, email: str) -> Answer:
    return await browser.submit("/account/forgotten", {"email": email})


@pytest.mark.parametrize(
    ("ask", "hashes"),
    [(_sign_in, ["_fits"]), (_register, ["hash_password"]), (_forget, [])],
    ids=["signing in", "registering", "forgotten"],
)
async def test_known_and_unknown_addresses_get_one_answer_for_the_same_work(
    browser: Browser, work: Work, ask: Ask, hashes: list[str]
) -> None:
    answers, works = [], []
    for email in (PROVEN, UNPROVEN, UNKNOWN):
        work.done.clear()
        answers.append(seen_by(await ask(browser, email), email))
        works.append(list(work.done))

    assert answers[0] == answers[1] == answers[2]
    assert works[0] == works[1] == works[2]
    assert [done for done in works[0] if done in ("_fits", "hash_password")] == hashes
    assert len(works[0]) > len(hashes)


async def test_the_right_password_of_an_unproven_account_is_as_wrong_as_any(browser: Browser, work: Work) -> None:
    right = seen_by(await sign_in(browser, UNPROVEN, PASSWORD), UNPROVEN)
    done, work.done = work.done, []
    wrong = seen_by(await sign_in(browser, UNKNOWN, PASSWORD), UNKNOWN)

    assert right == wrong
    assert done == work.done


async def test_another_e_mail_that_has_an_account_is_asked_for_with_the_same_work(
    browser: Browser, shop: Shop, work: Work
) -> None:
    await a_user(shop, HELD)
    await sign_in(browser, PROVEN)
    await browser.get("/account/email")  # the session is known from now on
    answers, works = [], []
    for email in (HELD, UNPROVEN, UNKNOWN):
        work.done.clear()
        answer = await browser.submit("/account/email", {"email": email, "password": PASSWORD})
        answers.append(seen_by(answer, email))
        works.append(list(work.done))

    assert answers[0] == answers[1] == answers[2]
    assert works[0] == works[1] == works[2]


async def test_the_limits_of_known_and_unknown_addresses_are_the_same(browser: Browser) -> None:
    for email in (PROVEN, UNKNOWN):
        assert [(await _sign_in(browser, email)).status for _ in range(11)] == [422] * 10 + [429]
        assert [(await _forget(browser, email)).status for _ in range(6)] == [200] * 5 + [429]
