"""Which store of carts this shop has, by CART_STORE."""

from shared.dynamo import Dynamo
from shared.redis_client import WatchedRedis
from shared.settings import Settings
from storefront.cart_store import CartStore, OrdersOfCart
from storefront.carts import Carts
from storefront.copied_carts import CopiedCarts
from storefront.dynamo_carts import DynamoCarts
from storefront.kept_carts import KeptCarts


def open_carts(settings: Settings, orders: OrdersOfCart, redis: WatchedRedis) -> CartStore:
    if settings.cart_store == "cookie":
        return CopiedCarts(orders)
    if settings.cart_store == "dynamodb":
        dynamo = Dynamo(settings)
        dynamo.circuit.watch()
        return KeptCarts(DynamoCarts(dynamo, settings.carts_table, settings.cart_ttl_s), orders)
    return KeptCarts(Carts(redis, settings.cart_ttl_s), orders)
