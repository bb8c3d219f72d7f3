"""Rate limits, counted in Redis so that they hold across instances. Without Redis everybody is let through."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.errors import TooMany

COUNT = """
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if count == tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {count, redis.call('PTTL', KEYS[1])}
"""
LOTS = 20  # an address is reported to Redis in lots of a twentieth of its limit: one round trip for 25 requests


@dataclass(frozen=True)
class Limit:
    """So many of a kind in a window of time, for each cart or address."""

    kind: str
    count: int
    window_s: int


CHECKOUT = Limit("checkout", 60, 60)
SEARCH = Limit("search", 120, 60)
SIGN_IN = (Limit("sign-in-quarter", 10, 15 * 60), Limit("sign-in-hour", 20, 60 * 60))  # wrong ones, an account
ACCOUNT_MAIL = Limit("account-mail", 5, 60 * 60)  # mails that anybody can have sent to one address


class Rates:
    def __init__(self, redis: Redis, address_per_s: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis, self._clock = redis, clock
        self._address = Limit("address", address_per_s, 1)
        self._lot = max(1, address_per_s // LOTS)
        self._second = 0
        self._unreported: dict[str, int] = {}

    async def take(self, limit: Limit, who: str) -> None:
        """Count one.

        Raises:
            TooMany: the limit is reached; says when the window ends.
        """
        await self._count(limit, who, 1)

    async def give_back(self, limit: Limit, who: str) -> None:
        """Take back what was counted, as for an order that was only replayed."""
        try:
            await self._redis.decr(_key(limit, who))
        except RedisError:
            return

    async def take_address(self, address: str) -> None:
        """Count a request of an address; 0 as its limit means none."""
        if not self._address.count:
            return
        second = int(self._clock())
        if second != self._second:
            self._second, self._unreported = second, {}
        waiting = self._unreported.get(address, 0) + 1
        self._unreported[address] = waiting % self._lot
        if waiting == self._lot:
            await self._count(self._address, address, self._lot)

    async def _count(self, limit: Limit, who: str, number: int) -> None:
        try:
            count, left_ms = await self._redis.eval(COUNT, 1, _key(limit, who), number, limit.window_s * 1000)
        except RedisError:
            return
        if count > limit.count:
            raise TooMany(max(1, -(-int(left_ms) // 1000)))


def _key(limit: Limit, who: str) -> str:
    return f"rate:{limit.kind}:{who}"
