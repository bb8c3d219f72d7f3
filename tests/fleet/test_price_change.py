"""A price is changed while everybody browses three storefronts: it is soon new everywhere, and nobody is surprised."""

import asyncio
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest

from shared.services.catalogue import VariantChange
from shared.settings import Settings
from tests.faults.shelf import PRICE_CENTS
from tests.faults.telling import tell
from tests.fleet.price_watchers import CART, CHECKOUT, PLACES, Look, PriceWatcher
from tests.fleet.stand import FleetStand
from tests.ledgers import rows
from tests.waiting import until
from tests.web.browser import Browser
from workers.operators.catalog import set_variant
from workers.operators.office import open_office

FRESH_S = 2.0  # so long after a change pages may show what was before
STEP_CENTS = 10  # so little, so that delivery costs the same all the time
BUSY_FRESH_S = 10.0  # beside the other tests; without news it would take longer than that


@dataclass(frozen=True)
class Price:
    """From when on it may be shown, and from when on it must be, give or take FRESH_S."""

    cents: int
    began_s: float
    done_s: float


async def change_again_and_again(
    fleet: FleetStand, settings: Settings, watchers: list[PriceWatcher], times: int
) -> list[Price]:
    """Each price stays until it was due at every place of every storefront, and seen there."""
    office, prices = open_office(settings), [Price(PRICE_CENTS, -math.inf, -math.inf)]
    everywhere = len((*PLACES, CART, CHECKOUT)) * len(fleet.names)

    async def is_looked_at() -> bool:
        due = prices[-1].done_s + FRESH_S
        looks = (look for watcher in watchers for look in watcher.looks)
        return len({(look.where, look.instance) for look in looks if look.asked_s >= due}) == everywhere

    await until(is_looked_at)
    for _ in range(times):
        cents, began_s = prices[-1].cents + STEP_CENTS, time.monotonic()
        await set_variant(office, watchers[0].sku, VariantChange(price_cents=cents))
        prices.append(Price(cents, began_s, time.monotonic()))
        await until(is_looked_at)
    await office.close()
    return prices


def old_for_s(look: Look, prices: Sequence[Price]) -> float:
    """How long before this look its price was replaced: below zero if it was not yet, infinite if it never was one."""
    for price, following in pairwise((*prices, Price(0, math.inf, math.inf))):
        if price.cents == look.cents and price.began_s <= look.answered_s:
            return look.asked_s - following.done_s
    return math.inf


async def watch(
    fleet: FleetStand, settings: Settings, watchers: list[PriceWatcher], times: int, fresh_s: float = FRESH_S
) -> int:
    """Returns how many were told of a new price before they paid."""
    over = asyncio.Event()
    shopping = [asyncio.create_task(watcher.shop_until(over)) for watcher in watchers]
    try:
        prices = await change_again_and_again(fleet, settings, watchers, times)
    finally:
        over.set()
        await asyncio.gather(*shopping)

    looks = [look for watcher in watchers for look in watcher.looks]
    shown = {number: cents for watcher in watchers for number, cents in watcher.paid.items()}
    statement = "SELECT o.number, l.unit_price_cents FROM orders o JOIN order_lines l ON l.order_id = o.id"
    paid = {row["number"]: row["unit_price_cents"] for row in await rows(fleet.database, statement)}
    refused, oldest_s = sum(watcher.refused for watcher in watchers), max(old_for_s(look, prices) for look in looks)
    tell(
        f"{times} changes, {len(looks)} looks at the price, an old one {max(0.0, oldest_s):.2f} s later at the most; "
        f"{len(paid)} orders, {refused} told of a new price first"
    )
    assert [dict(watcher.missed) for watcher in watchers if watcher.missed] == []
    assert [look for look in looks if old_for_s(look, prices) > fresh_s] == []
    assert paid == shown
    assert len(paid) >= len(watchers)
    return refused


def invite(fleet: FleetStand, skus: list[str], count: int, think_s: tuple[float, float]) -> list[PriceWatcher]:
    """All want the same thing: the newest but one, as home shows its price, too."""
    sku = skus[-2]
    return [
        PriceWatcher(Browser(fleet.running.url, http=fleet.http), sku, random.Random(f"price:{number}"), think_s)
        for number in range(count)
    ]


async def test_a_new_price_is_everywhere_soon_and_nobody_pays_another_than_was_shown(
    fleet: FleetStand, settings: Settings, skus: list[str]
) -> None:
    await watch(fleet, settings, invite(fleet, skus, 15, (0.1, 0.3)), times=2, fresh_s=BUSY_FRESH_S)


@pytest.mark.long
async def test_new_prices_are_everywhere_soon_while_a_hundred_browse(
    fleet: FleetStand, settings: Settings, skus: list[str]
) -> None:
    assert await watch(fleet, settings, invite(fleet, skus, 100, (0.5, 1.5)), times=10) > 0
