"""Values that several processes share, read through Redis: made once a process however many ask, kept for a while.

The key holds the catalogue's version, so that news outdate a value, and a mark of its shape, so that a release never
reads what another one wrote. Without Redis, and while no version is known, values are made anew, a few at a time.
"""

import asyncio
import hashlib
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.cache_tally import CacheTally
from shared.errors import Gone, NotFound, Unavailable
from shared.kept_values import GRACE_S, Aged, KeptValues

T = TypeVar("T")
LIFE_S = 120  # a tenth more or less, so that values do not age together
MOST_LOADS = 6  # values made at once; less than the pool, so that carts and orders find connections
MOST_WAITING = 200  # values that may wait to be made; whoever wants one more is sent away at once

logger = logging.getLogger("shared.cache")


class Kind(Generic[T]):
    """A kind of value, by its name and its type: of dataclasses, text and numbers."""

    def __init__(self, name: str, shape: type[T]) -> None:
        self.adapter: TypeAdapter[Aged[T]] = TypeAdapter(Aged[shape])  # type: ignore[valid-type]
        schema = json.dumps(self.adapter.json_schema(), sort_keys=True)
        self.name = f"{name}:{hashlib.sha256(schema.encode()).hexdigest()[:8]}"


class Cache:
    def __init__(self, redis: Redis, clock: Callable[[], float] = time.time) -> None:
        self._redis, self._clock = redis, clock
        self._kept = KeptValues(clock)
        self._flights: dict[str, asyncio.Task[Any]] = {}
        self._loads, self._waiting = asyncio.Semaphore(MOST_LOADS), 0
        self.tally = CacheTally()

    async def get(self, kind: Kind[T], key: str, version: int | None, load: Callable[[], Awaitable[T]]) -> T:
        """The value of this key at this version of the catalogue; an aged one while it is made anew.

        Args:
            key: short. That `load` finds nothing is remembered for a moment, by this process only.
            version: None where it is not known; then the value is not kept.
        Raises:
            Unavailable: too many wait for other values. Else whatever `load` raises.
        """
        name = f"cache:{kind.name}:{version}:{key}"
        kept = None if version is None else self._at_hand(name, version)
        if kept is None:
            return await asyncio.shield(self._fly(kind, name, version, load))
        self.tally.note_age(self._clock() - kept.made_at)
        if self._is_fresh(kept):
            self.tally.hits += 1
        else:
            self.tally.stale += 1
            self._fly(kind, name, version, load)
        found: T = kept.value
        return found

    def clear(self) -> None:
        """Forget what this process keeps; Redis keeps its own."""
        self._kept.clear()

    def _at_hand(self, name: str, version: int) -> Aged[Any] | None:
        self._kept.turn_to(version)
        try:
            return self._kept.find(name)
        except (NotFound, Gone):
            self.tally.absent += 1
            raise

    def _fly(
        self, kind: Kind[T], name: str, version: int | None, load: Callable[[], Awaitable[T]]
    ) -> "asyncio.Task[T]":
        flight = self._flights.get(name)
        if flight is None:
            self.tally.flights += 1
            work = self._load(load) if version is None else self._fetch(kind, name, version, load)
            flight = self._flights[name] = asyncio.create_task(work)
            flight.add_done_callback(lambda done: self._landed(name, done))
        return flight

    async def _fetch(self, kind: Kind[T], name: str, version: int, load: Callable[[], Awaitable[T]]) -> T:
        kept = await self._read(kind, name)
        if kept is not None and self._is_fresh(kept):
            self.tally.hits += 1
        else:
            self.tally.misses += 1
            kept = await self._make(kind, name, version, load)
        self._kept.keep(name, version, kept)
        self.tally.entries = len(self._kept)
        return kept.value

    async def _make(self, kind: Kind[T], name: str, version: int, load: Callable[[], Awaitable[T]]) -> Aged[T]:
        now = self._clock()
        try:
            value = await self._load(load)
        except (NotFound, Gone) as error:
            self._kept.keep_absent(name, version, error)
            raise
        life_s = LIFE_S * random.uniform(0.9, 1.1)  # noqa: S311 (no secret)
        made = Aged(now, now + life_s, value)
        await self._write(name, kind.adapter.dump_json(made), life_s + GRACE_S)
        return made

    async def _read(self, kind: Kind[T], name: str) -> Aged[T] | None:
        try:
            text = await self._redis.get(name)
            return None if text is None else kind.adapter.validate_json(text)
        except ValidationError:
            self.tally.broken += 1
            logger.warning("a kept value cannot be read, and is made anew: %s", name)
            return None
        except RedisError:
            return None

    async def _write(self, name: str, text: bytes, life_s: float) -> None:
        """Redis may be away, or full; then it is this process alone that keeps the value."""
        try:
            await self._redis.set(name, text, px=int(1000 * life_s))
        except RedisError:
            self.tally.unkept += 1

    async def _load(self, load: Callable[[], Awaitable[T]]) -> T:
        if self._waiting >= MOST_WAITING:
            self.tally.shed += 1
            raise Unavailable("Too many are waiting just now.")
        self._waiting += 1
        try:
            await self._loads.acquire()
        finally:
            self._waiting -= 1
        try:
            return await load()
        finally:
            self._loads.release()

    def _is_fresh(self, kept: Aged[Any]) -> bool:
        return self._clock() < kept.fresh_until

    def _landed(self, name: str, flight: asyncio.Task[Any]) -> None:
        del self._flights[name]
        if not flight.cancelled() and flight.exception() is not None:
            self.tally.failures += 1
