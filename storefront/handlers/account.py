"""The account: overview, orders, where one is signed in, another password, and ordering the same again."""

from shared.domain.cart import Cart
from shared.domain.mailed_links import sha256_hex
from shared.errors import CartFull, Gone, Invalid, NotFound, SoldOut
from shared.queries.account_orders import is_order_of, orders_of_user
from shared.queries.addresses import addresses_of
from shared.queries.order_view import OrderLine, OrderView
from shared.queries.orders import order_by_number
from shared.queries.shopper_sessions import sessions_of
from shared.services.accounts import change_password
from storefront import cart_desk
from storefront.handlers.account_pages import HOME, OwnPage
from storefront.rates import SIGN_IN
from storefront.views.account import order_state
from storefront.views.carts import new_operation_id

NEWEST = 5  # orders on the overview
SESSIONS = "/account/sessions"


class OverviewHandler(OwnPage):
    async def get(self) -> None:
        async with self.shop.own_view() as connection:
            orders = await orders_of_user(connection, self.user.user_id)
            addresses = await addresses_of(connection, self.user.user_id)
        shown = [(order, order_state(order)) for order in orders[:NEWEST]]
        more = len(orders) > NEWEST
        self.account_page("overview.html", orders=shown, has_more=more, addresses=addresses, email=self.user.email)


class OrdersHandler(OwnPage):
    async def get(self) -> None:
        async with self.shop.own_view() as connection:
            orders = await orders_of_user(connection, self.user.user_id)
        ids = [new_operation_id() for _ in orders]
        shown = [(order, order_state(order), again) for order, again in zip(orders, ids, strict=True)]
        self.account_page("orders.html", orders=shown)


class AgainHandler(OwnPage):
    """Put the pieces of an order into the cart, as far as there are any, and say what is missing."""

    async def post(self, number: str) -> None:
        order = await self._own(number)
        form, cart, missing = self.form(), self.shopper.cart, list[str]()
        for line in order.lines:
            cart, left = await self._add(cart, line, form.get("operation_id", ""))
            if left < line.quantity:
                missing.append(f"{line.name}, {line.colour}, {line.size}: {left} of {line.quantity}")
        self.keep_cart(cart)
        if missing:
            self.account_page("again.html", number=number, missing=missing)
        else:
            self.see_other("/cart")

    async def _own(self, number: str) -> OrderView:
        async with self.shop.database.writer() as connection:
            if not number.isascii() or not await is_order_of(connection, number, self.user.user_id):
                raise NotFound("There is no such order.")
            return await order_by_number(connection, number)

    async def _add(self, cart: Cart, line: OrderLine, operation_id: str) -> tuple[Cart, int]:
        """The cart afterwards, and how many pieces were put into it."""
        wanted = line.quantity
        for _ in range(2):  # once as ordered, once with what is left
            operation = self.operation(
                (operation_id and f"{operation_id}:{line.sku}") or None, str(wanted), "operation_id"
            )
            try:
                return await cart_desk.add_item(self.shop, cart, line.sku, wanted, operation), wanted
            except SoldOut as short:
                wanted = min(wanted - 1, short.lines[0].left - cart.quantities.get(line.sku, 0))
            except (NotFound, Gone, CartFull, Invalid):
                return cart, 0
            if wanted < 1:
                break
        return cart, 0


class SessionsHandler(OwnPage):
    async def get(self) -> None:
        idle_s = self.shop.sessions.idle_s
        async with self.shop.database.writer() as connection:
            found = await sessions_of(connection, self.user.user_id, idle_s)
        self.account_page("sessions.html", sessions=found, this=sha256_hex(self.secret or ""))

    async def post(self) -> None:
        """End one session, by its number, or all but this one. Somebody else's is not there (404)."""
        end = self.form().get("end", "")
        if end == "others":
            await self.shop.sessions.end_others(self.user.user_id, self.secret or "")
        elif end.isascii() and end.isdigit() and len(end) < 19:
            await self.shop.sessions.end_one(self.user.user_id, int(end))
        self.see_other(SESSIONS)


class PasswordHandler(OwnPage):
    async def get(self) -> None:
        self.account_page("password.html", fault="", faults={})

    async def post(self) -> None:
        form = self.form()
        for limit in SIGN_IN:
            await self.shop.rates.take(limit, f"user:{self.user.user_id}")
        try:
            current, password = form.get("current", ""), form.get("password", "")
            proven = await change_password(self.shop.accounts, self.user.user_id, current, password)
        except Invalid as error:
            self.refuse("password.html", error)
            return
        for limit in SIGN_IN:
            await self.shop.rates.give_back(limit, f"user:{self.user.user_id}")
        await self.begin_proven(proven, self.user.email)
        self.see_other(HOME)
