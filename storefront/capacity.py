"""How many requests a process works on at once; whoever comes on top is sent away before anything is done for him."""

import random
from typing import Any
from weakref import WeakSet

from shared.errors import TooBusy

MOST_AT_WORK = 240  # whoever came as one more would wait for seconds, and all the others longer
ORDERING = 60  # on top of those: what was done for somebody up to the order would be lost
RETRY_AFTER_S = (1, 3)  # drawn, so that those who were sent away do not all come back at once


class Capacity:
    """Counts requests whose body is here: one that is still on its way takes nothing from anybody."""

    def __init__(self, most: int = MOST_AT_WORK) -> None:
        self._most = most
        self.at_work: WeakSet[Any] = WeakSet()
        self.shed = 0

    @property
    def is_full(self) -> bool:
        return len(self.at_work) >= self._most

    def is_full_for(self, *, ordering: bool) -> bool:
        """Whether one more is too many; those who order find room for longer."""
        return len(self.at_work) >= self._most + (ORDERING if ordering else 0)

    def check(self, *, ordering: bool) -> None:
        """Raises TooBusy: there is as much to do as can be done well."""
        if self.is_full_for(ordering=ordering):
            raise self.refuse()

    def refuse(self) -> TooBusy:
        """Count somebody who is sent away, and return what he is told."""
        self.shed += 1
        return TooBusy("Too many are here just now. Try again in a moment.", random.randint(*RETRY_AFTER_S))  # noqa: S311
