"""One place that knows whether a dependency hangs, so that one caller waits for it and not all of them."""

import time
from collections.abc import Callable

PROBE_EVERY_S = 1.0  # while it is open, one caller in a second tries
SLOW_S = 0.2  # a refusal at once costs nobody anything: then every call is its own probe


class Circuit:
    """Opened by a call that failed slowly, closed by one that came through."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next_probe: float | None = None

    @property
    def is_closed(self) -> bool:
        return self._next_probe is None

    def lets_through(self) -> bool:
        """Whether this caller may try; of those who meet an open circuit one is the probe."""
        if self._next_probe is None:
            return True
        if self._clock() < self._next_probe:
            return False
        self._next_probe = self._clock() + PROBE_EVERY_S
        return True

    def came_through(self) -> None:
        self._next_probe = None

    def failed(self, after_s: float) -> None:
        if after_s >= SLOW_S or self._next_probe is not None:
            self._next_probe = self._clock() + PROBE_EVERY_S
