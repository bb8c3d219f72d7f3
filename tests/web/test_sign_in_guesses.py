"""Somebody guesses passwords from many addresses, over several storefronts; the owner gets in all the while."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio

from shared.db import Database
from shared.errors import Unavailable
from shared.services.accounts import forget_password
from shared.services.staff import add_staff, make_password_link, set_password_by_link
from shared.settings import Settings
from storefront.shop import Shop
from tests.web.accounts import PASSWORD, a_user, forget_rates, last_link
from tests.web.browser import OURS, Answer, Browser
from tests.web.hashing import note_hashing
from tests.web.instances import storefronts

OWNERS = ("jana@example.com", "eve@example.com")
NOBODY = "nobody@example.com"
ADDRESSES = [f"203.0.113.{n}" for n in range(1, 51)]
AT_ONCE = 10


@dataclass(frozen=True)
class Door:
    """A way in: where one signs in, how one becomes known there, and how a mailed link lets one in."""

    path: str
    hire: Callable[[Shop, str], Awaitable[object]]
    by_link: Callable[[Shop, Browser, str], Awaitable[None]]


async def _hire(shop: Shop, email: str) -> None:
    staff = await add_staff(shop.database, email, "clerk")
    await set_password_by_link(shop.staff, await make_password_link(shop.database, staff.id), PASSWORD)


async def _shopper_by_link(shop: Shop, browser: Browser, email: str) -> None:
    await forget_password(shop.accounts, email)
    token = await last_link(shop, shop.database)
    answer = await browser.submit("/account/reset", {"token": token, "password": PASSWORD}, behind("198.51.100.2"))
    assert (answer.status, answer.headers["Location"]) == (303, "/account")


async def _staff_by_link(shop: Shop, browser: Browser, email: str) -> None:
    staff = await add_staff(shop.database, email, "clerk")
    typed = {"token": await make_password_link(shop.database, staff.id), "password": PASSWORD, "again": PASSWORD}
    assert (await browser.submit("/back-office/password", typed, behind("198.51.100.2"))).status == 303


SHOPPERS = Door("/account/sign-in", a_user, _shopper_by_link)
STAFF = Door("/back-office/sign-in", _hire, _staff_by_link)


@pytest.mark.parametrize("door", [SHOPPERS, STAFF], ids=["shoppers", "staff"])
async def test_a_password_that_nobody_could_look_at_is_no_wrong_one(
    browser: Browser, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    await forget_rates(shop)
    await door.hire(shop, OWNERS[0])

    async def away(*_: object) -> bool:
        raise Unavailable

    monkeypatch.setattr(shop.passwords, "fits", away)
    typed = {"email": OWNERS[0], "password": PASSWORD}
    assert {(await browser.submit(door.path, typed)).status for _ in range(12)} == {503}
    monkeypatch.undo()

    assert (await browser.submit(door.path, typed)).status == 303


def behind(address: str) -> dict[str, str]:
    """Headers of a form that comes through our balancer; what stands further left was made up by the client."""
    return {**OURS, "X-Forwarded-For": f"192.0.2.{len(address)}, {address}"}


@dataclass
class Attack:
    """Guesses from every address in turn at every account in turn; told are the answers' statuses."""

    door: Door
    bases: Iterator[str]
    told: Counter[int] = field(default_factory=Counter)

    async def guess(self, numbers: range) -> None:
        for start in range(numbers.start, numbers.stop, AT_ONCE):
            answers = await asyncio.gather(*map(self._one, range(start, min(start + AT_ONCE, numbers.stop))))
            self.told.update(answer.status for answer in answers)

    async def _one(self, n: int) -> Answer:
        targets = (*OWNERS, NOBODY)
        email = targets[n % len(targets)]
        fields = {"email": email, "password": f"{email} guess {n}"}
        return await Browser(next(self.bases)).submit(self.door.path, fields, behind(ADDRESSES[n % len(ADDRESSES)]))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    return note_hashing(monkeypatch)


def guessed(work: list[tuple[str, str]]) -> Counter[str]:
    """How many guesses were hashed, for each account."""
    return Counter(typed.split()[0] for _, typed in work if " guess " in typed)


@pytest_asyncio.fixture
async def strict(shop: Shop, settings: Settings, database: Database) -> Settings:
    await forget_rates(shop)
    return replace(settings, rate_sign_in_per_h=300)


async def enter(browser: Browser, bases: Iterator[str], door: Door, email: str) -> int:
    browser.base = next(bases)
    return (await browser.submit(door.path, {"email": email, "password": PASSWORD}, behind("198.51.100.1"))).status


async def _forget_quarters(shop: Shop) -> None:
    """A quarter of an hour later."""
    await shop.redis.delete(*[*await shop.redis.keys("rate:sign-in-quarter:*"), "none"])


async def _attack(shop: Shop, door: Door, bases: Iterator[str], guesses: int) -> Attack:
    owners = {email: Browser(next(bases)) for email in OWNERS}
    for email, browser in owners.items():
        await door.hire(shop, email)
        assert await enter(browser, bases, door, email) == 303
    attack = Attack(door, bases)
    quarter = guesses // 4
    for begun in range(0, guesses, quarter):
        await attack.guess(range(begun, begun + quarter))
        for email, browser in owners.items():
            assert await enter(Browser(next(bases)), bases, door, email) == 429
            assert [await enter(browser, bases, door, email) for _ in range(3)] == [303] * 3
        await _forget_quarters(shop)
    await door.by_link(shop, elsewhere := Browser(next(bases)), OWNERS[0])
    assert await enter(elsewhere, bases, door, OWNERS[0]) == 303
    return attack


@pytest.mark.parametrize("door", [SHOPPERS, STAFF], ids=["shoppers", "staff"])
async def test_of_many_guesses_twenty_an_hour_are_looked_at_and_the_owner_gets_in(
    shop: Shop, strict: Settings, work: list[tuple[str, str]], door: Door
) -> None:
    async with storefronts(strict, 2) as bases:
        attack = await _attack(shop, door, bases, 300)

    assert guessed(work) == dict.fromkeys((*OWNERS, NOBODY), 20)
    assert attack.told == {422: 60, 429: 240}


@pytest.mark.long
@pytest.mark.parametrize("door", [SHOPPERS, STAFF], ids=["shoppers", "staff"])
async def test_of_ten_thousand_guesses_twenty_an_hour_are_looked_at(
    shop: Shop, strict: Settings, work: list[tuple[str, str]], door: Door
) -> None:
    async with storefronts(strict, 3) as bases:
        attack = await _attack(shop, door, bases, 10_000)

    assert guessed(work) == dict.fromkeys((*OWNERS, NOBODY), 20)
    assert attack.told == {422: 60, 429: 9940}


@pytest.mark.parametrize("door", [SHOPPERS, STAFF], ids=["shoppers", "staff"])
async def test_one_password_tried_at_many_accounts_is_held_by_its_address(
    shop: Shop, strict: Settings, door: Door
) -> None:
    await door.hire(shop, OWNERS[0])
    async with storefronts(replace(strict, rate_sign_in_per_h=6), 2) as bases:
        owner = Browser(next(bases))
        assert await enter(owner, bases, door, OWNERS[0]) == 303
        told = []
        for n in range(8):
            fields = {"email": f"user-{n}@example.com", "password": "Summer 2026"}
            told.append((await Browser(next(bases)).submit(door.path, fields, behind("198.51.100.1"))).status)

        assert told == [422] * 6 + [429] * 2
        assert await enter(owner, bases, door, OWNERS[0]) == 303
        assert await enter(Browser(next(bases)), bases, door, OWNERS[0]) == 429
        other = {"email": OWNERS[0], "password": PASSWORD}
        assert (await Browser(next(bases)).submit(door.path, other, behind("198.51.100.9"))).status == 303


async def test_a_known_browser_has_a_limit_of_its_own(shop: Shop, strict: Settings) -> None:
    await a_user(shop, OWNERS[0])
    async with storefronts(strict, 2) as bases:
        stolen = Browser(next(bases))
        await enter(stolen, bases, SHOPPERS, OWNERS[0])

        told = []
        for n in range(12):
            stolen.base = next(bases)
            fields = {"email": OWNERS[0], "password": f"guess {n}"}
            told.append((await stolen.submit(SHOPPERS.path, fields, behind(ADDRESSES[n]))).status)

        assert told == [422] * 10 + [429] * 2
        assert await enter(Browser(next(bases)), bases, SHOPPERS, OWNERS[0]) == 303


async def test_nobody_elses_registering_keeps_an_owner_from_a_new_password(shop: Shop, strict: Settings) -> None:
    await a_user(shop, OWNERS[0])
    async with storefronts(strict, 2) as bases:
        fields = {"email": OWNERS[0], "password": PASSWORD}
        registering = [
            (await Browser(next(bases)).submit("/account/register", fields, behind(address))).status
            for address in ADDRESSES[:6]
        ]

        asked = await Browser(next(bases)).submit("/account/forgotten", fields, behind("198.51.100.1"))

    assert registering == [200] * 5 + [429]
    assert asked.status == 200
