"""What a shopper does with a cart: the catalogue says what there is, the store decides and answers with the whole."""

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.domain.cart import MAX_QUANTITY, SKU, Cart
from shared.domain.priced_cart import PricedCart
from shared.errors import Gone, NotFound, ShopError
from shared.queries.catalog import Variant, variants_by_sku
from shared.queries.orders import orders_of_cart
from shared.services.cart_prices import price_cart
from storefront.carts import Operation

if TYPE_CHECKING:
    from storefront.shop import Shop

logger = logging.getLogger("storefront.cart")


async def find_variant(shop: "Shop", sku: str) -> Variant:
    """The variant on sale under a SKU.

    Raises:
        NotFound: there is none; Gone: it is not sold any more.
    """
    if not SKU.fullmatch(sku):
        raise NotFound("There is no such piece.")
    async with shop.database.reader() as connection:
        variant = (await variants_by_sku(connection, [sku])).get(sku)
    if variant is None:
        raise NotFound("There is no such piece.")
    if variant.withdrawn:
        raise Gone("This piece is not sold any more.")
    return variant


async def add_item(shop: "Shop", cart_id: str | None, sku: str, quantity: int, operation: Operation) -> Cart:
    variant = await find_variant(shop, sku)
    return await shop.carts.add(cart_id, sku, quantity, _limit(variant), operation)


async def put_item(shop: "Shop", cart_id: str | None, sku: str, quantity: int, operation: Operation) -> Cart:
    variant = await find_variant(shop, sku)
    return await shop.carts.put(cart_id, sku, quantity, _limit(variant), operation)


async def take_what_is_left(shop: "Shop", cart_id: str | None, operation: Operation) -> Cart:
    """Lower every line to what there is, and take out what is not sold any more; an operation of its own a line."""
    cart = await shop.carts.read(cart_id)
    async with shop.database.writer() as connection:
        lines = {line.sku: line for line in (await price_cart(connection, cart)).lines}
    for sku, quantity in cart.quantities.items():
        left = lines[sku].available if sku in lines else 0
        one = replace(operation, id=operation.id and f"{operation.id}:{sku}")
        if left == 0:
            cart = await shop.carts.remove(cart_id, sku, one)
        elif left < quantity:
            cart = await shop.carts.put(cart_id, sku, left, left, one)
    return cart


async def read_cart(shop: "Shop", cart_id: str | None) -> Cart:
    """Read a cart; what was ordered and is still in it, because Redis was away just then, is taken out first."""
    cart = await shop.carts.read(cart_id)
    if cart.id is None or not cart.quantities:
        return cart
    async with shop.database.writer() as connection:
        orders = await orders_of_cart(connection, cart.id, cart.ordered_revision)
    for order in orders:
        cart = await shop.carts.subtract(cart.id or "", order.quantities, order.cart_revision, f"order:{order.number}")
    return cart


async def take_out(shop: "Shop", cart: Cart, number: str, revision: int) -> None:
    """Take what was just ordered out of its cart; should that fail, the next look at the cart does it."""
    try:
        await shop.carts.subtract(cart.id or "", cart.quantities, revision, f"order:{number}")
    except ShopError:
        logger.warning("the cart of an order was not emptied yet")


async def priced(shop: "Shop", cart: Cart) -> PricedCart:
    async with shop.database.reader() as connection:
        return await price_cart(connection, cart)


def _limit(variant: Variant) -> int:
    return min(variant.stock, MAX_QUANTITY)
