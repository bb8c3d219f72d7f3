"""Values that several processes share, read through Redis: made once a process however many ask, kept for a while.

The key holds the catalogue's version, so that news outdate a value, and a mark of its shape, so that a release never
reads what another one wrote. Without Redis, and while no version is known, values are made anew, a few at a time.
"""

import asyncio
import hashlib
import json
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.cache_tally import CacheTally

T = TypeVar("T")
LIFE_S = 120  # a tenth more or less, so that values do not age together
MOST_LOADS = 6  # values made at once; less than the pool, so that carts and orders find connections

logger = logging.getLogger("shared.cache")


class Kind(Generic[T]):
    """A kind of value, by its name and its type: of dataclasses, text and numbers."""

    def __init__(self, name: str, shape: type[T]) -> None:
        self.adapter: TypeAdapter[T] = TypeAdapter(shape)
        schema = json.dumps(self.adapter.json_schema(), sort_keys=True)
        self.name = f"{name}:{hashlib.sha256(schema.encode()).hexdigest()[:8]}"


class Cache:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._flights: dict[str, asyncio.Task[Any]] = {}
        self._loads = asyncio.Semaphore(MOST_LOADS)
        self.tally = CacheTally()

    async def get(self, kind: Kind[T], key: str, version: int | None, load: Callable[[], Awaitable[T]]) -> T:
        """The value of this key at this version of the catalogue.

        Args:
            key: short, and one of a bounded number; what `load` does not find is not kept.
            version: None where it is not known; then the value is not kept.
        Raises:
            whatever `load` raises.
        """
        if version is None:
            return await self._load(load)
        name = f"cache:{kind.name}:{version}:{key}"
        flight = self._flights.get(name)
        if flight is None:
            self.tally.flights += 1
            flight = self._flights[name] = asyncio.create_task(self._fetch(kind, name, load))
            flight.add_done_callback(lambda done: self._landed(name, done))
        found: T = await asyncio.shield(flight)
        return found

    async def _fetch(self, kind: Kind[T], name: str, load: Callable[[], Awaitable[T]]) -> T:
        kept = await self._read(kind, name)
        if kept is not None:
            self.tally.hits += 1
            return kept
        self.tally.misses += 1
        value = await self._load(load)
        await self._keep(name, kind.adapter.dump_json(value))
        return value

    async def _read(self, kind: Kind[T], name: str) -> T | None:
        try:
            text = await self._redis.get(name)
            return None if text is None else kind.adapter.validate_json(text)
        except ValidationError:
            self.tally.broken += 1
            logger.warning("a kept value cannot be read, and is made anew: %s", name)
            return None
        except RedisError:
            return None

    async def _keep(self, name: str, text: bytes) -> None:
        try:
            await self._redis.set(name, text, px=int(1000 * LIFE_S * random.uniform(0.9, 1.1)))  # noqa: S311
        except RedisError:
            return

    async def _load(self, load: Callable[[], Awaitable[T]]) -> T:
        async with self._loads:
            return await load()

    def _landed(self, name: str, flight: asyncio.Task[Any]) -> None:
        del self._flights[name]
        if not flight.cancelled() and flight.exception() is not None:
            self.tally.failures += 1
