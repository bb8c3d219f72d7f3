"""How many requests a process works on at once; whoever comes on top is sent away before anything is done for him."""

import random
from typing import Any
from weakref import WeakSet

from shared.errors import TooBusy

MOST_AT_WORK = 300  # whoever came as one more would wait for seconds, and all the others longer
RETRY_AFTER_S = (1, 3)  # drawn, so that those who were sent away do not all come back at once


class Capacity:
    """Counts requests whose body is here: one that is still on its way takes nothing from anybody."""

    def __init__(self, most: int = MOST_AT_WORK) -> None:
        self._most = most
        self.at_work: WeakSet[Any] = WeakSet()
        self.shed = 0

    def check(self) -> None:
        """Raises TooBusy: there is as much to do as can be done well."""
        if len(self.at_work) >= self._most:
            self.shed += 1
            raise TooBusy("Too many are here just now. Try again in a moment.", random.randint(*RETRY_AFTER_S))  # noqa: S311
