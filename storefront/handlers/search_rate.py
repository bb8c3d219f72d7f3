"""Searching costs the database something, so a cart or session may do it 120 times a minute."""

from storefront.handlers.shopper import ShopperHandler
from storefront.rates import SEARCH


async def count_search(handler: ShopperHandler, words: str) -> None:
    """Count a search of a known shopper; who has neither cart nor session is held by the limit of his address."""
    who = handler.shopper.cart_id or handler.session_key
    if words.strip() and who:
        await handler.shop.rates.take(SEARCH, who)
