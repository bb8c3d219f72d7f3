"""Whoever wrote sees it at once: the mark of the last write of an account or to an order, kept in Redis.

A mark is a moment of the writer's clock, after the commit. A reader at which a later beat has arrived shows the write.
"""

import asyncio
import math
import time
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from redis.exceptions import RedisError

from shared.redis_client import WatchedRedis

MARK_S = 30  # far longer than a reader that is asked may be behind
NO_MARK = -math.inf
# Two processes may write at once, and the one that wrote first may be the last to be heard.
KEEP_LATEST = """
local kept = tonumber(redis.call('GET', KEYS[1]) or '-inf')
if kept == nil or kept < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
else
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
"""
_whose: ContextVar[frozenset[str]] = ContextVar("whose", default=frozenset())


def concerns(*names: str) -> None:
    """Say what this request or task reads and writes from now on: `user:7`, `order:NUMBER`, `staff:3`."""
    _whose.set(_whose.get() | set(names))


class OwnWrites:
    """What a Database is given to keep marks with."""

    def __init__(self, redis: WatchedRedis) -> None:
        self._redis = redis
        self._lost_at = -math.inf

    async def keep(self, mark: float) -> None:
        """Mark everything that this request or task concerns."""
        try:
            keys = _names(_whose.get())
            await asyncio.gather(*(self._redis.eval(KEEP_LATEST, 1, key, repr(mark), MARK_S) for key in keys))
        except RedisError:
            self._lost_at = time.monotonic()

    async def mark(self) -> float:
        """The latest mark of what this request concerns; inf if that cannot be known, which only the writer fits."""
        whose = _whose.get()
        if not whose:
            return NO_MARK
        if self._has_forgotten():
            return math.inf
        try:
            found = await self._redis.mget(_names(whose))
        except RedisError:
            return math.inf
        return max((float(mark) for mark in found if mark is not None), default=NO_MARK)

    async def close(self) -> None:
        await self._redis.aclose()

    def _has_forgotten(self) -> bool:
        """Whether a mark did not get to Redis lately, or may have been lost there."""
        if time.monotonic() - self._lost_at < MARK_S:
            return True
        circuit = self._redis.circuit
        return circuit.times_sick > 0 and datetime.now(UTC) - circuit.since < timedelta(seconds=MARK_S)


def _names(whose: Iterable[str]) -> list[str]:
    return [_name(name) for name in sorted(whose)]


def _name(name: str) -> str:
    return f"wrote:{name}"
