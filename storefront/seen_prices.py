"""What a shopper last saw on the cart's pages, so that every change since is told until it is accepted.

Kept in Redis beside the cart. Losing it loses a notice, never money: the checkout's own form says what it showed, too.
"""

from collections.abc import Sequence

from redis.exceptions import RedisError

from shared.domain.priced_cart import PricedCart
from shared.domain.shipping import ShippingMethod, ShippingPrices
from shared.errors import Change
from shared.redis_client import WatchedRedis
from shared.services.cart_prices import price_changes

FREE_FROM = "free-from"
# A script each, so that nothing is ever kept without an end.
LOOK = "redis.call('EXPIRE', KEYS[1], ARGV[1]) return redis.call('HGETALL', KEYS[1])"
KEEP = "redis.call('HSET', KEYS[1], unpack(ARGV, 2)) return redis.call('EXPIRE', KEYS[1], ARGV[1])"


class SeenPrices:
    def __init__(self, redis: WatchedRedis, ttl_s: int) -> None:
        self._redis, self._ttl_s = redis, ttl_s

    async def changes(self, cart: PricedCart, prices: ShippingPrices) -> Sequence[Change]:
        """What costs something else than it did; the shopper has seen today's prices when that is nothing."""
        try:
            pieces = await self._redis.ask("EVAL", LOOK, 1, _name(cart.id), self._ttl_s)
        except RedisError:
            return ()
        seen = dict(zip(pieces[::2], map(int, pieces[1::2]), strict=True))
        found = changes_since(seen, cart, prices)
        if not found and not _today(cart, prices).items() <= seen.items():
            await self.keep(cart, prices)
        return found

    async def keep(self, cart: PricedCart, prices: ShippingPrices) -> None:
        """The shopper knows today's prices."""
        if cart.id is None or not cart.lines:
            return
        today = (part for seen in _today(cart, prices).items() for part in seen)
        try:
            await self._redis.ask("EVAL", KEEP, 1, _name(cart.id), self._ttl_s, *today)
        except RedisError:
            return

    async def forget(self, cart_id: str) -> None:
        try:
            await self._redis.delete(_name(cart_id))
        except RedisError:
            return


def changes_since(seen: dict[str, int], cart: PricedCart, prices: ShippingPrices) -> list[Change]:
    """Compare prices with those that were seen, and the delivery's with what it was for the same pieces then."""
    found = price_changes(cart, seen)
    if not found and all(seen.get(name, cents) == cents for name, cents in _listed(prices).items()):
        return []
    was, now = _delivery(seen, cart, prices), prices.cents(ShippingMethod.STANDARD, cart.subtotal_cents)
    return [*found, *([Change(None, "shipping", was, now)] if was != now else [])]


def _delivery(seen: dict[str, int], cart: PricedCart, prices: ShippingPrices) -> int:
    then = {**_listed(prices), **seen}
    listed = ShippingPrices(
        standard_cents=then[ShippingMethod.STANDARD],
        free_from_cents=then[FREE_FROM],
        express_cents=then[ShippingMethod.EXPRESS],
    )
    subtotal = sum(line.quantity * seen.get(line.sku, line.unit_price_cents) for line in cart.lines)
    return listed.cents(ShippingMethod.STANDARD, subtotal)


def _today(cart: PricedCart, prices: ShippingPrices) -> dict[str, int]:
    return {line.sku: line.unit_price_cents for line in cart.lines} | _listed(prices)


def _listed(prices: ShippingPrices) -> dict[str, int]:
    return {
        ShippingMethod.STANDARD.value: prices.standard_cents,
        ShippingMethod.EXPRESS.value: prices.express_cents,
        FREE_FROM: prices.free_from_cents,
    }


def _name(cart_id: str | None) -> str:
    return f"seen:{{{cart_id}}}"
