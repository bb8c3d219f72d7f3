"""What one process keeps of a cache, so that not even Redis is asked: values of one version, bounded in number."""

import copy
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.errors import Gone, NotFound

T = TypeVar("T")
GRACE_S = 30  # an aged value is given out for so long while it is made anew
ABSENT_S = 10  # how long it is remembered that there is no such thing
MOST_VALUES = 500
MOST_ABSENT = 1000


@dataclass(frozen=True)
class Aged(Generic[T]):
    """A value with its age, in seconds since 1970, so that all processes mean the same."""

    made_at: float
    fresh_until: float
    value: T


class KeptValues:
    """By name; what was not asked for the longest time goes first. Nothing of one version outlives the next one."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._version: int | None = None
        self._values: OrderedDict[str, Aged[Any]] = OrderedDict()
        self._absent: OrderedDict[str, tuple[float, NotFound | Gone]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def turn_to(self, version: int) -> None:
        if version != self._version:
            self._version = version
            self.clear()

    def clear(self) -> None:
        self._values.clear()
        self._absent.clear()

    def find(self, name: str) -> Aged[Any] | None:
        """The value, if it is fresh, or not yet too old to be given out meanwhile.

        Raises:
            NotFound, Gone: whoever asked last was told so.
        """
        kept = self._values.get(name)
        if kept is not None:
            self._values.move_to_end(name)
            return kept if self._clock() < kept.fresh_until + GRACE_S else None
        until, error = self._absent.get(name, (0.0, None))
        if error is not None and self._clock() < until:
            raise copy.copy(error)
        return None

    def keep(self, name: str, version: int, value: Aged[Any]) -> None:
        """Keep it, unless the version has changed since it was asked for."""
        if version == self._version:
            self._values[name] = value
            if len(self._values) > MOST_VALUES:
                self._values.popitem(last=False)

    def keep_absent(self, name: str, version: int, error: NotFound | Gone) -> None:
        if version == self._version:
            self._values.pop(name, None)
            self._absent[name] = self._clock() + ABSENT_S, copy.copy(error)
            self._absent.move_to_end(name)
            if len(self._absent) > MOST_ABSENT:
                self._absent.popitem(last=False)
