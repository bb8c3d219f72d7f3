"""Who may read an order: whoever has its key, its account, and a guest's own browser. Anybody else is told 404."""

from typing import TYPE_CHECKING

from shared import log
from shared.domain.numbers import ORDER_NUMBER
from shared.errors import NotFound
from shared.queries.account_carts import was_joined
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_number
from shared.security_log import Event, note

if TYPE_CHECKING:
    from storefront.handlers.shopper import ShopperHandler


async def readable_order(handler: "ShopperHandler", number: str, key: str | None) -> OrderView:
    """The order, read from the writer: whoever just placed it sees it at once.

    Raises:
        NotFound: no such order, or none for this reader.
    """
    if not ORDER_NUMBER.fullmatch(number):
        raise NotFound("There is no such order.")
    async with handler.shop.database.writer() as connection:
        order = await order_by_number(connection, number)
    has_key = key is not None and handler.shop.links.key_fits(number, key)
    if not has_key and not await _is_buyer(handler, order):
        note(Event.NOT_THEIRS, order=number)
        raise NotFound("There is no such order.")
    log.note(order_number=number)
    return order


async def _is_buyer(handler: "ShopperHandler", order: OrderView) -> bool:
    """An order of an account is its own; a guest's is the browser's whose cart placed it, joined or not."""
    if order.user_id is None and handler.shopper.cart_id == order.cart_id:
        return True
    user_id = await handler.user_id()
    if user_id is None or order.user_id is not None:
        return user_id is not None and user_id == order.user_id
    async with handler.shop.database.writer() as connection:
        return await was_joined(connection, order.cart_id, user_id)
