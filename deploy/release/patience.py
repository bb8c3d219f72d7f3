"""Waiting for AWS: every wait looks again and again, and every one ends."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from deploy.local.faults import StackFault

T = TypeVar("T")
LOOK_S = 5.0


@dataclass(frozen=True)
class Patience:
    """How often to look, and the clock that says when to give up."""

    look_s: float = LOOK_S
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def until(self, look: Callable[[], T | None], minutes: float, what: str) -> T:
        """Look until there is something, and return it.

        Raises:
            StackFault: there is nothing after so many minutes.
        """
        deadline = self.clock() + 60 * minutes
        while (found := look()) is None:
            if self.clock() >= deadline:
                raise StackFault(
                    f"{what} is not done after {minutes:g} minutes, and goes on at AWS. "
                    "Look with ./shop deploy status ENV, then start again"
                )
            self.sleep(self.look_s)
        return found
