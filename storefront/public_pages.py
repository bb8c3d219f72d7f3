"""The public pages of this process: bounded, renewed by one flight a page, outdated by the news of the catalogue.

An outdated page goes on being given out for GRACE_S while it is made anew; whoever comes later waits for the new one.
If that fails or takes too long, the old one is still better than none, and the next try is AGAIN_S away.
"""

import asyncio
import logging
import math
import random
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.cache_tally import CacheTally
from shared.db import EVERYTHING
from shared.errors import Gone, NotFound
from storefront.failures import is_expected
from storefront.public_page import Compose, Page, freeze

logger = logging.getLogger("storefront.pages")

LIFE_S = 60.0  # repairs news that nobody told; a tenth more or less, so that pages do not age together
DEAF_LIFE_S = 1.0  # without news
GRACE_S = 0.5
PATIENCE_S = 1.0  # how long somebody waits for a new page where there is an old one
AGAIN_S = 1.0
MOST_AGED_S = 3600.0  # an outdated page is better than none for so long
MOST_PAGES = 2000
MOST_BYTES = 64 * 1024 * 1024
OVERHEAD = 2048  # bytes of an entry besides its page


@dataclass(slots=True)
class _Entry:
    page: Page
    compose: Compose
    skus: frozenset[str]
    made_at: float
    fresh_until: float
    excused_until: float = 0.0  # while it cannot be made anew

    @property
    def size(self) -> int:
        return self.page.size + OVERHEAD


class PublicPages:
    """Pages by their key, which is the address in its one normal form."""

    def __init__(
        self,
        headers: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
        *,
        knows: Callable[[float], bool] = lambda _: True,
        most_pages: int = MOST_PAGES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Take what decides over what is kept.

        Args:
            headers: what every answer of this process carries.
            knows: whether what the catalogue was at this moment of the clock, or later, can be read just now.
        """
        self.headers = headers
        self._clock, self._knows, self._most_pages, self._most_bytes = clock, knows, most_pages, most_bytes
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._flights: dict[str, asyncio.Task[Page]] = {}
        self._life_s = DEAF_LIFE_S
        self.changed_at = -math.inf
        self.version: int | None = None  # of the catalogue, while news come in
        self.tally = CacheTally()

    @property
    def can_be_fresh(self) -> bool:
        """Whether somebody answers who knows of the last change; else pages are made as they were before."""
        return self._knows(self.changed_at)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def at_hand(self, key: str) -> Page | None:
        """The page, if it can be given out at once; an outdated one is made anew meanwhile."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        now = self._clock()
        if now < entry.fresh_until:
            self.tally.hits += 1
        elif now < max(entry.fresh_until + GRACE_S, entry.excused_until):
            self.tally.stale += 1
            if now >= entry.excused_until:
                self._fly(key, entry.compose)
        else:
            return None
        self.tally.note_age(now - entry.made_at)
        self._entries.move_to_end(key)
        return entry.page

    async def get(self, key: str, compose: Compose) -> Page:
        """The page, made by `compose` if it is not at hand; whoever asks meanwhile waits for the same flight.

        Raises:
            ShopError: whatever `compose` raises, if there is no old page to give out instead.
        """
        page = self.at_hand(key)
        if page is not None:
            return page
        self.tally.misses += 1
        flight, old = self._fly(key, compose), self._entries.get(key)
        if old is None or self._clock() > old.fresh_until + MOST_AGED_S:
            return await asyncio.shield(flight)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.shield(flight)
        except (NotFound, Gone):
            raise
        except Exception:
            old.excused_until = self._clock() + AGAIN_S
            return old.page

    def make_stale(self, names: frozenset[str]) -> None:
        """Outdate the pages that show these SKUs' stock, or with EVERYTHING all of them."""
        self.changed_at = now = self._clock()
        for entry in self._entries.values():
            if EVERYTHING in names or not names.isdisjoint(entry.skus):
                entry.fresh_until = min(entry.fresh_until, now)

    def hear(self, version: int) -> None:
        """From this version of the catalogue on news come in; what came before may have been missed."""
        self.version = version
        self._life_s = LIFE_S
        self.make_stale(frozenset({EVERYTHING}))

    def go_deaf(self) -> None:
        """No news come in: everything ages quickly."""
        self.version = None
        self._life_s = DEAF_LIFE_S
        soon = self._clock() + DEAF_LIFE_S
        for entry in self._entries.values():
            entry.fresh_until = min(entry.fresh_until, soon)

    def clear(self) -> None:
        self._entries.clear()
        self.tally.entries = self.tally.size = 0

    def _fly(self, key: str, compose: Compose) -> asyncio.Task[Page]:
        flight = self._flights.get(key)
        if flight is None:
            self.tally.flights += 1
            flight = self._flights[key] = asyncio.create_task(self._make(key, compose))
            flight.add_done_callback(lambda done: self._landed(key, done))
        return flight

    async def _make(self, key: str, compose: Compose) -> Page:
        began, was_fresh = self._clock(), self.can_be_fresh
        composed = await compose()
        page = freeze(composed, self.headers)
        if composed.is_kept:
            fresh_until = self._fresh_until(began, is_fresh=was_fresh and self.can_be_fresh)
            self._keep(key, _Entry(page, compose, composed.skus, began, fresh_until))
        return page

    def _fresh_until(self, began: float, *, is_fresh: bool) -> float:
        """Of a page whose making began then; one that may show what was before the last change is outdated by it."""
        life_s = self._life_s if is_fresh else DEAF_LIFE_S
        until = began + life_s * random.uniform(0.9, 1.1)  # noqa: S311 (no secret)
        return min(until, self.changed_at) if self.changed_at >= began else until

    def _keep(self, key: str, entry: _Entry) -> None:
        self._drop(key)
        self._entries[key] = entry
        self.tally.size += entry.size
        while len(self._entries) > self._most_pages or self.tally.size > self._most_bytes:
            self._drop(next(iter(self._entries)))
        self.tally.entries = len(self._entries)

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.tally.size -= entry.size
            self.tally.entries = len(self._entries)

    def _landed(self, key: str, flight: asyncio.Task[Page]) -> None:
        del self._flights[key]
        error = None if flight.cancelled() else flight.exception()
        if error is None:
            return
        self.tally.failures += 1
        entry = self._entries.get(key)
        if isinstance(error, NotFound | Gone):
            self._drop(key)
        elif entry is not None:
            entry.excused_until = self._clock() + AGAIN_S
            if is_expected(error):
                logger.info("a page could not be made anew: %s", type(error).__name__)
            else:
                logger.error("a page could not be made anew", exc_info=error)
