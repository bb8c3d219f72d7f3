"""Tells every instance, after a commit, which pages and values made of the catalogue are outdated.

The version in Redis counts the tellings, so that whoever missed one notices. A telling that Redis did not take is
repeated until it does; one that dies with its process is repaired by the life time of what is kept.
"""

import asyncio

from redis.exceptions import RedisError

from shared.db import EVERYTHING
from shared.redis_client import open_redis

VERSION = "catalogue:version"
CHANNEL = "catalogue"
TELL = """
local version = redis.call('INCR', KEYS[1])
redis.call('PUBLISH', ARGV[1], version .. ' ' .. ARGV[2])
return version
"""
MOST_NAMES = 200  # of one telling; more are told as EVERYTHING
AGAIN_S = 1.0
CLOSE_S = 2.0


class CatalogueNews:
    """What a Database whose writes concern the catalogue is given as its news."""

    def __init__(self, redis_url: str) -> None:
        self._redis = open_redis(redis_url)
        self._untold: set[str] = set()
        self._telling: asyncio.Task[None] | None = None

    def tell_soon(self, stale: frozenset[str]) -> None:
        """Tell that these SKUs, or EVERYTHING, look different now; whoever changed them does not wait for it."""
        self._untold |= stale
        if EVERYTHING in self._untold or len(self._untold) > MOST_NAMES:
            self._untold = {EVERYTHING}
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        while self._untold:
            names, self._untold = self._untold, set()
            try:
                await self._redis.eval(TELL, 1, VERSION, CHANNEL, " ".join(sorted(names)))
            except (RedisError, OSError):
                self._untold |= names
                await asyncio.sleep(AGAIN_S)

    async def close(self) -> None:
        """Tell what is untold, if Redis takes it now."""
        if self._telling is not None:
            await asyncio.wait([self._telling], timeout=CLOSE_S)
            self._telling.cancel()
        await self._redis.aclose()
