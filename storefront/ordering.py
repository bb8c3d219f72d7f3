"""From a cart to an order, for page and API: counted, placed, announced, taken out of the cart."""

import logging
from typing import TYPE_CHECKING

from shared import crash, log
from shared.domain.cart import Cart, CartOrder, settle
from shared.errors import ShopError, TooMany
from shared.queries.orders import orders_with_key_or_revision
from shared.services.checkout import OrderRequest, Placed, place_order
from storefront.rates import CHECKOUT

if TYPE_CHECKING:
    from storefront.shop import Shop

logger = logging.getLogger("storefront.cart")


async def order_cart(shop: "Shop", cart: Cart, key: str, request: OrderRequest) -> Placed:
    """Place an order; see `place_order` for what it raises, and TooMany.

    Once the order is in the database nothing here can fail: announcing and emptying are repaired later if need be.
    """
    await _count(shop, cart, key)
    placed = await place_order(shop.checkout, cart, key, request)
    log.note(order_number=placed.order.number)
    if placed.replayed:
        if cart.id:
            await shop.rates.give_back(CHECKOUT, cart.id)
        return placed
    shop.publisher.announce_soon(placed.messages)
    crash.here("checkout.before_cart_emptied")
    await _take_out(shop, cart, CartOrder(placed.order.number, request.cart_revision, cart.quantities))
    crash.here("checkout.before_answer")
    return placed


def after_order(cart: Cart, placed: Placed) -> Cart:
    """The shopper's copy of the cart that became this order; a replay found the order taken out of it already."""
    if placed.replayed:
        return cart
    return settle(cart, [CartOrder(placed.order.number, cart.revision, cart.quantities)])


async def _take_out(shop: "Shop", cart: Cart, order: CartOrder) -> None:
    """Take what was just ordered out of its cart; should that fail, the next look at the cart does it."""
    try:
        await shop.carts.subtract(cart, order)
    except ShopError:
        logger.warning("the cart of an order was not emptied yet")


async def _count(shop: "Shop", cart: Cart, key: str) -> None:
    """Replays are free: over the limit, a key that made an order is let through."""
    if cart.id is None:
        return
    try:
        await shop.rates.take(CHECKOUT, cart.id)
    except TooMany:
        async with shop.database.writer() as connection:
            known = await orders_with_key_or_revision(connection, cart.id, key, cart.revision)
        if not any(order.checkout_key == key for order in known):
            raise
