"""The counts of one process, for while Redis is away: the same limits, each process for itself."""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storefront.rates import Limit

MOST = 10_000  # names of a kind, about 2 MB; a kind has room of its own, so that cheap ones push out no dear ones


@dataclass
class Window:
    """What was counted of one name, and when that is forgotten."""

    count: int
    ends_at_s: float


class LocalCounts:
    """When a kind is full, whoever was counted longest ago is forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._clock, self._most = clock, most
        self._windows: defaultdict[str, OrderedDict[str, Window]] = defaultdict(OrderedDict)

    def add(self, limit: "Limit", who: str, number: int) -> tuple[int, float]:
        """Count so many, and return the count and the seconds until its window ends."""
        windows, now_s = self._windows[limit.kind], self._clock()
        window = windows.get(who)
        if window is None or window.ends_at_s <= now_s:
            window = windows[who] = Window(0, now_s + limit.window_s)
        window.count += number
        windows.move_to_end(who)
        if len(windows) > self._most:
            windows.popitem(last=False)
        return window.count, window.ends_at_s - now_s

    def take_one_off(self, limit: "Limit", who: str) -> None:
        window = self._windows[limit.kind].get(who)
        if window is not None and window.count > 0:
            window.count -= 1
