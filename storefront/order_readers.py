"""Who may read an order: whoever has its key, and the browser whose cart placed it. Anybody else is told 404."""

from typing import TYPE_CHECKING

from shared import log
from shared.domain.numbers import ORDER_NUMBER
from shared.errors import NotFound
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_number

if TYPE_CHECKING:
    from storefront.shop import Shop


async def readable_order(shop: "Shop", number: str, key: str | None, cart_id: str | None) -> OrderView:
    """The order, read from the writer: whoever just placed it sees it at once.

    Raises:
        NotFound: no such order, or none for this reader.
    """
    if not ORDER_NUMBER.fullmatch(number):
        raise NotFound("There is no such order.")
    async with shop.database.writer() as connection:
        order = await order_by_number(connection, number)
    has_key = key is not None and shop.links.key_fits(number, key)
    is_buyer = cart_id is not None and cart_id == order.cart_id
    if not has_key and not is_buyer:
        raise NotFound("There is no such order.")
    log.note(order_number=number)
    return order
