"""What a storefront keeps of the database, to be forgotten when a test begins with another one."""

from storefront.shop import Shop


async def forget_kept(shop: Shop) -> None:
    shop.pages.clear()
    shop.cache.clear()
    shop.known_offers.clear()
    shop.view_counts.clear()
    for key in await shop.redis.keys("cache:*"):
        await shop.redis.delete(key)
