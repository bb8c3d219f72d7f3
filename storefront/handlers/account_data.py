"""One's own data: to read, to take along as JSON, and to have deleted."""

import json
from typing import Any

from shared.db import Connection
from shared.errors import Invalid
from shared.order_json import iso
from shared.queries.account_orders import orders_of_user
from shared.queries.addresses import addresses_of
from shared.queries.orders import order_by_number
from shared.queries.shopper_sessions import sessions_of
from shared.queries.users import user_by_id
from shared.services.account_deletion import Deleted, delete_account
from storefront import cart_desk
from storefront.api import shapes
from storefront.handlers.account_pages import OwnPage
from storefront.rates import SIGN_IN


class ExportHandler(OwnPage):
    """The page shows what the file holds; `?format=json` is the file."""

    async def get(self) -> None:
        data = await self._data()
        if self.query.get("format") != "json":
            self.account_page("export.html", data=data)
            return
        self.set_header("Content-Type", "application/json")
        self.set_header("Content-Disposition", 'attachment; filename="my-data.json"')
        self.finish(json.dumps(data, ensure_ascii=False, indent=2))

    async def _data(self) -> dict[str, Any]:
        user_id = self.user.user_id
        cart = await cart_desk.read_cart(self.shop, self.shopper.cart)
        async with self.shop.database.writer() as connection:
            user = await user_by_id(connection, user_id)
            booked = await addresses_of(connection, user_id)
            sessions = await sessions_of(connection, user_id, self.shop.sessions.idle_s)
            orders = await self._orders(connection, user_id)
        return {
            "email": self.user.email,
            "confirmed_at": iso(user.verified_at) if user and user.verified_at else None,
            "addresses": [{"is_default": one.is_default, **vars(one.address)} for one in booked],
            "sessions": [
                {"browser": one.agent, "created_at": iso(one.created_at), "seen_at": iso(one.seen_at)}
                for one in sessions
            ],
            "cart": [{"sku": sku, "quantity": quantity} for sku, quantity in cart.quantities.items()],
            "orders": orders,
        }

    async def _orders(self, connection: Connection, user_id: int) -> list[dict[str, Any]]:
        found = await orders_of_user(connection, user_id)
        whole = [await order_by_number(connection, order.number) for order in found]
        return [shapes.order(order, self.shop.links).model_dump(mode="json") for order in whole]


class DeleteHandler(OwnPage):
    async def get(self) -> None:
        self.account_page("delete.html", fault="", faults={})

    async def post(self) -> None:
        user_id = self.user.user_id
        for limit in SIGN_IN:
            await self.shop.rates.take(limit, f"user:{user_id}")
        try:
            deleted = await delete_account(self.shop.accounts, user_id, self.form().get("password", ""))
        except Invalid as error:
            self.refuse("delete.html", error)
            return
        await self._forget(deleted)
        self.drop_session()
        self.drop_cart()
        self.drop_device()
        self.account_page("deleted.html")

    async def _forget(self, deleted: Deleted) -> None:
        """Copies of the truth; what cannot be reached now ends by itself, and belongs to nobody."""
        await self.shop.sessions.forget(deleted.ended_keys)
        if deleted.cart_id is not None:
            await self.shop.carts.forget(deleted.cart_id)
            await self.shop.seen_prices.forget(deleted.cart_id)
