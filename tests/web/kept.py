"""What a storefront keeps of the database, to be forgotten when a test begins with another one."""

from shared.redis_client import WatchedRedis
from storefront.shop import Shop


async def forget_kept(shop: Shop) -> None:
    shop.pages.clear()
    shop.cache.clear()
    shop.known_offers.clear()
    shop.view_counts.clear()
    await forget_values(shop.redis)


async def forget_values(redis: WatchedRedis) -> None:
    """What all storefronts share."""
    for key in await redis.keys("cache:*"):
        await redis.delete(key)
