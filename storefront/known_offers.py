"""What styles are to be had in, kept by this process for the cards of listings while the catalogue is the same.

Searches differ, and are made anew; most of them find the same styles.
"""

import time
from collections.abc import Callable

from shared.queries.cards import Known

LIFE_S = 60.0  # repairs news that nobody told
MOST_STYLES = 5000  # about 5 MB


class KnownOffers:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._version: int | None = None
        self._made_at = 0.0
        self._known: Known = {}

    def at(self, version: int | None) -> Known:
        """What is known of this version of the catalogue, to be read and added to; None: nothing is kept.

        Whoever goes on with what was known of an older version adds to nothing that others get.
        """
        now = self._clock()
        is_old = version != self._version or now - self._made_at >= LIFE_S or len(self._known) > MOST_STYLES
        if version is None or is_old:
            self._version, self._made_at, self._known = version, now, {}
        return self._known

    def clear(self) -> None:
        self._known = {}
