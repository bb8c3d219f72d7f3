"""How many orders each view of the staff's list has, counted once a second however many of the staff look."""

import time
from collections.abc import Callable

from shared.db import Reads
from shared.queries.desk_counts import DeskCounts, desk_counts

LIFE_S = 1.0


class ViewCounts:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: tuple[float, DeskCounts] | None = None

    async def read(self, connection: Reads) -> DeskCounts:
        """At most LIFE_S old."""
        asked_at = self._clock()
        if self._kept is None or asked_at - self._kept[0] >= LIFE_S:
            self._kept = asked_at, await desk_counts(connection)
        return self._kept[1]

    def clear(self) -> None:
        self._kept = None
