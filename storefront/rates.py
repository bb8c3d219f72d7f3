"""Rate limits, counted in Redis so that they hold across instances; without Redis each process counts for itself."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.errors import TooMany
from storefront.local_counts import LocalCounts

COUNT = """
for place, key in ipairs(KEYS) do
    local count, left_ms = redis.call('INCRBY', key, ARGV[1]), redis.call('PTTL', key)
    if left_ms < 0 then
        left_ms = tonumber(ARGV[2 * place])
        redis.call('PEXPIRE', key, left_ms)
    end
    if count > tonumber(ARGV[2 * place + 1]) then return left_ms end
end
return -1
"""
TAKE_ONE_OFF = """
for _, key in ipairs(KEYS) do
    if (tonumber(redis.call('GET', key)) or 0) > 0 then redis.call('DECR', key) end
end
"""
LOTS = 20  # an address is reported to Redis in lots of a twentieth of its limit: one round trip for 25 requests


@dataclass(frozen=True)
class Limit:
    """So many of a kind in a window of time, for each cart, account or address; 0 is no limit."""

    kind: str
    count: int
    window_s: int


Counted = tuple[Limit, str]  # and who is counted

CHECKOUT = Limit("checkout", 60, 60)
SEARCH = Limit("search", 120, 60)
SIGN_IN = (Limit("sign-in-quarter", 10, 15 * 60), Limit("sign-in-hour", 20, 60 * 60))  # wrong ones, an account
ACCOUNT_MAIL = Limit("account-mail", 5, 60 * 60)  # mails that anybody can have sent to one address
RESET_MAIL = Limit("account-reset", 5, 60 * 60)  # apart, so that nobody else's registering keeps an owner out


class Rates:
    def __init__(
        self, redis: Redis, address_per_s: int, sign_in_per_h: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """What one address may do is set by whoever runs the shop: requests a second, wrong passwords an hour."""
        self._redis, self._clock = redis, clock
        self._local = LocalCounts(clock)
        self.sign_in_address = Limit("sign-in-address", sign_in_per_h, 60 * 60)
        self._address = Limit("address", address_per_s, 1)
        self._lot = max(1, address_per_s // LOTS)
        self._second = 0
        self._unreported: dict[str, int] = {}

    async def take(self, limit: Limit, who: str) -> None:
        """Count one.

        Raises:
            TooMany: the limit is reached; says when the window ends.
        """
        await self.take_each([(limit, who)])

    async def take_each(self, counted: Sequence[Counted]) -> None:
        """Count one of each, in one round trip; those behind a limit that is reached are not counted.

        Raises:
            TooMany: a limit is reached; says when its window ends.
        """
        await self._count(counted, 1)

    async def give_back(self, limit: Limit, who: str) -> None:
        """Take back what was counted, as for an order that was only replayed."""
        await self.give_back_each([(limit, who)])

    async def give_back_each(self, counted: Sequence[Counted]) -> None:
        try:
            await self._redis.eval(TAKE_ONE_OFF, len(counted), *(_key(*one) for one in counted))
        except RedisError:
            for limit, who in counted:
                self._local.take_one_off(limit, who)

    async def take_address(self, address: str) -> None:
        """Count a request of an address."""
        if not self._address.count:
            return
        waiting = self._unreported_of(address) + 1
        self._unreported[address] = waiting % self._lot
        if waiting == self._lot:
            await self._count([(self._address, address)], self._lot)

    def take_quietly(self, address: str) -> bool:
        """Count a request of an address, unless it completes a lot; that one has to go through `take_address`."""
        if not self._address.count:
            return True
        waiting = self._unreported_of(address) + 1
        if waiting == self._lot:
            return False
        self._unreported[address] = waiting
        return True

    def _unreported_of(self, address: str) -> int:
        second = int(self._clock())
        if second != self._second:
            self._second, self._unreported = second, {}
        return self._unreported.get(address, 0)

    async def _count(self, counted: Sequence[Counted], number: int) -> None:
        held = [(limit, who) for limit, who in counted if limit.count]
        if not held:
            return
        limits = [value for limit, _ in held for value in (limit.window_s * 1000, limit.count)]
        try:
            left_ms = await self._redis.eval(COUNT, len(held), *(_key(*one) for one in held), number, *limits)
        except RedisError:
            self._count_here(held, number)
            return
        if int(left_ms) >= 0:
            raise _too_many(int(left_ms) / 1000)

    def _count_here(self, held: Sequence[Counted], number: int) -> None:
        for limit, who in held:
            count, left_s = self._local.add(limit, who, number)
            if count > limit.count:
                raise _too_many(left_s)


def _too_many(left_s: float) -> TooMany:
    return TooMany(max(1, -int(-left_s // 1)))


def _key(limit: Limit, who: str) -> str:
    return f"rate:{limit.kind}:{who}"
