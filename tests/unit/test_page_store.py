"""The store of public pages: what is kept, for how long, and how often a page is made."""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest

from shared.db import EVERYTHING
from shared.errors import NotFound, Unavailable
from storefront.public_page import Composed
from storefront.public_pages import AGAIN_S, DEAF_LIFE_S, GRACE_S, LIFE_S, MOST_AGED_S, OVERHEAD, PublicPages

ALL = frozenset({EVERYTHING})


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Press:
    """Makes pages that tell the how manieth they are; `faults` are raised first, `gate` holds the work up."""

    made: int = 0
    skus: frozenset[str] = frozenset()
    status: HTTPStatus = HTTPStatus.OK
    is_kept: bool = True
    faults: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def __call__(self) -> Composed:
        self.made += 1
        number = self.made
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        return Composed(html=f"page {number}", skus=self.skus, status=self.status, is_kept=self.is_kept)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pages(clock: Clock) -> PublicPages:
    pages = PublicPages({}, clock)
    pages.hear(1)
    clock.now += 1
    return pages


async def _text(pages: PublicPages, press: Press, key: str = "/") -> str:
    return (await pages.get(key, press)).plain.decode()


async def _land() -> None:
    """Let the flights of the moment end."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_page_is_made_once_and_given_out_until_it_is_old(pages: PublicPages, clock: Clock) -> None:
    press = Press()

    first = await _text(pages, press)
    clock.now += 0.9 * LIFE_S - 1
    second = await _text(pages, press)
    clock.now += 0.2 * LIFE_S + 2
    third = await _text(pages, press)

    assert (first, second, third) == ("page 1", "page 1", "page 2")
    assert (pages.tally.hits, pages.tally.misses, pages.tally.flights) == (1, 2, 2)
    assert pages.tally.oldest_s == 0.9 * LIFE_S - 1


async def test_a_hundred_who_ask_at_once_wait_for_one_flight(pages: PublicPages) -> None:
    press = Press()
    press.gate.clear()

    asking = [asyncio.create_task(_text(pages, press)) for _ in range(100)]
    await _land()
    press.gate.set()

    assert set(await asyncio.gather(*asking)) == {"page 1"}
    assert press.made == pages.tally.flights == 1


async def test_whoever_leaves_takes_the_flight_from_nobody(pages: PublicPages) -> None:
    press = Press()
    press.gate.clear()
    leaving, staying = (asyncio.create_task(_text(pages, press)) for _ in range(2))
    await _land()

    leaving.cancel()
    await _land()
    press.gate.set()

    assert await staying == "page 1"


async def test_an_outdated_page_is_given_out_for_a_moment_while_one_flight_renews_it(
    pages: PublicPages, clock: Clock
) -> None:
    press = Press()
    await _text(pages, press)
    press.gate.clear()
    pages.make_stale(ALL)
    clock.now += GRACE_S / 2

    during = [await _text(pages, press) for _ in range(3)]
    press.gate.set()
    await _land()

    assert during == ["page 1"] * 3
    assert await _text(pages, press) == "page 2"
    assert (pages.tally.stale, press.made) == (3, 2)


async def test_whoever_comes_after_that_moment_waits_for_the_new_page(pages: PublicPages, clock: Clock) -> None:
    press = Press()
    await _text(pages, press)
    pages.make_stale(ALL)
    clock.now += GRACE_S

    assert pages.at_hand("/") is None
    assert await _text(pages, press) == "page 2"


async def test_news_of_a_variant_outdates_only_the_pages_that_show_it(pages: PublicPages, clock: Clock) -> None:
    coat, hat = Press(skus=frozenset({"COAT"})), Press(skus=frozenset({"HAT"}))
    await _text(pages, coat, "/coat")
    await _text(pages, hat, "/hat")

    pages.make_stale(frozenset({"HAT", "SOCKS"}))
    clock.now += GRACE_S

    assert await _text(pages, coat, "/coat") == "page 1"
    assert await _text(pages, hat, "/hat") == "page 2"


async def test_a_page_that_was_being_made_when_news_came_is_outdated_from_the_start(
    pages: PublicPages, clock: Clock
) -> None:
    press = Press()
    press.gate.clear()
    asking = asyncio.create_task(_text(pages, press))
    await _land()

    pages.make_stale(frozenset({"ANY"}))
    press.gate.set()
    await asking
    clock.now += GRACE_S

    assert await _text(pages, press) == "page 2"


async def test_a_page_that_nobody_could_make_as_it_is_now_is_made_anew_soon(clock: Clock) -> None:
    asked: list[float] = []

    def is_known(moment: float) -> bool:
        asked.append(moment)
        return False

    pages, press = PublicPages({}, clock, knows=is_known), Press()
    pages.hear(1)
    clock.now += 1
    await _text(pages, press)

    clock.now += 1.1 * DEAF_LIFE_S + GRACE_S

    assert await _text(pages, press) == "page 2"
    assert set(asked) == {pages.changed_at} == {1000.0}


async def test_without_news_pages_live_for_a_second(pages: PublicPages, clock: Clock) -> None:
    press = Press()
    await _text(pages, press, "/old")
    pages.go_deaf()
    await _text(pages, press, "/new")
    clock.now += 1.1 * DEAF_LIFE_S + GRACE_S

    assert pages.at_hand("/old") is None
    assert pages.at_hand("/new") is None


async def test_an_old_page_is_better_than_none(pages: PublicPages, clock: Clock) -> None:
    press = Press()
    await _text(pages, press)
    press.faults = [Unavailable(), Unavailable()]
    pages.make_stale(ALL)
    clock.now += GRACE_S

    asked = [await _text(pages, press) for _ in range(3)]
    tries = press.made
    clock.now += AGAIN_S
    again = await _text(pages, press)
    clock.now += AGAIN_S
    at_last = await _text(pages, press)

    assert (asked, tries, again, at_last) == (["page 1"] * 3, 2, "page 1", "page 4")
    assert pages.tally.failures == 2


async def test_nobody_waits_long_for_a_page_where_there_is_an_old_one(
    pages: PublicPages, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storefront.public_pages.PATIENCE_S", 0.01)
    press = Press()
    await _text(pages, press)
    press.gate.clear()
    pages.make_stale(ALL)
    clock.now += GRACE_S

    assert await _text(pages, press) == "page 1"
    assert await _text(pages, press) == "page 1"
    assert (pages.tally.misses, press.made) == (2, 2)
    press.gate.set()
    await _land()


async def test_a_page_of_yesterday_is_not(pages: PublicPages, clock: Clock) -> None:
    press = Press()
    await _text(pages, press)
    press.faults = [Unavailable()]
    clock.now += LIFE_S * 1.1 + MOST_AGED_S + 1

    with pytest.raises(Unavailable):
        await _text(pages, press)


async def test_a_page_that_is_gone_is_dropped(pages: PublicPages, clock: Clock) -> None:
    press = Press(faults=[])
    await _text(pages, press)
    press.faults = [NotFound()]
    pages.make_stale(ALL)
    clock.now += GRACE_S

    with pytest.raises(NotFound):
        await _text(pages, press)

    assert pages.tally.entries == pages.tally.size == 0


async def test_what_is_asked_for_once_is_not_kept(pages: PublicPages) -> None:
    press = Press(is_kept=False)

    assert [await _text(pages, press) for _ in range(2)] == ["page 1", "page 2"]
    assert pages.tally.entries == 0


async def test_the_store_is_bounded_by_pages_and_drops_what_was_not_asked_for_longest(clock: Clock) -> None:
    pages, press = PublicPages({}, clock, most_pages=3), Press()
    for key in ("/a", "/b", "/c", "/a", "/d"):
        await pages.get(key, press)

    assert [key for key in ("/a", "/b", "/c", "/d") if pages.at_hand(key)] == ["/a", "/c", "/d"]


async def test_the_store_is_bounded_by_bytes(clock: Clock) -> None:
    pages, press = PublicPages({}, clock, most_bytes=3 * (OVERHEAD + 100)), Press()
    for number in range(10):
        await pages.get(f"/{number}", press)

    assert pages.tally.entries == 3
    assert pages.tally.size <= 3 * (OVERHEAD + 100)
