"""Who may read an order: whoever has its key, its account, and a guest's own browser. Anybody else is told 404."""

from contextlib import suppress
from typing import TYPE_CHECKING

from shared import log
from shared.domain.numbers import ORDER_NUMBER
from shared.errors import NotFound
from shared.own_writes import concerns
from shared.queries.account_carts import was_joined
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_number
from shared.security_log import Event, note
from storefront.cross_site import SAFE_METHODS

if TYPE_CHECKING:
    from storefront.handlers.base import BaseHandler
    from storefront.handlers.shopper import ShopperHandler


async def readable_order(handler: "ShopperHandler", number: str, key: str | None) -> OrderView:
    """The order, which whoever just placed it sees at once.

    Raises:
        NotFound: no such order, or none for this reader.
    """
    order = await order_seen_by(handler, number)
    has_key = key is not None and handler.shop.links.key_fits(number, key)
    if not has_key and not await _is_buyer(handler, order):
        note(Event.NOT_THEIRS, order=number)
        raise NotFound("There is no such order.")
    log.note(order_number=number)
    return order


async def order_seen_by(handler: "BaseHandler", number: str) -> OrderView:
    """The order with everything that was done to it through the shop, or by its workers.

    A mail may be faster than a reader; then, and for whoever is about to change the order, the writer is asked.

    Raises:
        NotFound: no such order.
    """
    if not ORDER_NUMBER.fullmatch(number):
        raise NotFound("There is no such order.")
    concerns(f"order:{number}")
    shop = handler.shop
    if shop.database.has_readers and handler.request.method in SAFE_METHODS:
        with suppress(NotFound):
            async with shop.own_view() as connection:
                return await order_by_number(connection, number)
    async with shop.database.writer() as connection:
        return await order_by_number(connection, number)


async def _is_buyer(handler: "ShopperHandler", order: OrderView) -> bool:
    """An order of an account is its own; a guest's is the browser's whose cart placed it, joined or not."""
    if order.user_id is None and handler.shopper.cart_id == order.cart_id:
        return True
    user_id = await handler.user_id()
    if user_id is None or order.user_id is not None:
        return user_id is not None and user_id == order.user_id
    async with handler.shop.own_view() as connection:
        return await was_joined(connection, order.cart_id, user_id)
