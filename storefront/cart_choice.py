"""Which store of carts this shop has, by CART_STORE."""

from collections.abc import Sequence

from shared.db import Database
from shared.domain.cart import CartOrder
from shared.dynamo import Dynamo
from shared.queries.orders import orders_of_cart
from shared.redis_client import WatchedRedis
from shared.settings import Settings
from storefront.cart_store import CartStore, OrdersOfCart
from storefront.carts import Carts
from storefront.copied_carts import CopiedCarts
from storefront.dynamo_carts import DynamoCarts
from storefront.kept_carts import KeptCarts


def open_carts(settings: Settings, database: Database, redis: WatchedRedis) -> CartStore:
    orders = orders_in(database)
    if settings.cart_store == "cookie":
        return CopiedCarts(orders)
    if settings.cart_store == "dynamodb":
        dynamo = Dynamo(settings)
        dynamo.circuit.watch()
        return KeptCarts(DynamoCarts(dynamo, settings.carts_table, settings.cart_ttl_s), orders)
    return KeptCarts(Carts(redis, settings.cart_ttl_s), orders)


def orders_in(database: Database) -> OrdersOfCart:
    """The writer is asked: a reader may not know yet what was ordered a moment ago."""

    async def orders(cart_id: str, after_revision: int) -> Sequence[CartOrder]:
        async with database.writer() as connection:
            return await orders_of_cart(connection, cart_id, after_revision)

    return orders
