"""The order's page, paying for it, and its documents. Who may read it: see `storefront.order_readers`."""

from datetime import datetime
from http import HTTPStatus
from typing import ClassVar

from shared.errors import Conflict, FieldError, Invalid, Unavailable
from shared.queries.order_view import OrderView
from shared.services.payments import pay_by_card, pay_by_invoice
from storefront.handlers.documents import send_document
from storefront.handlers.pages import PageHandler
from storefront.order_readers import readable_order
from storefront.views.orders import order_page
from storefront.views.waiting import ORDER_WAITS, UNPAID_WAITS

WAYS = {"card": pay_by_card, "invoice": pay_by_invoice}


class OrderPage(PageHandler):
    leads_to_provider: ClassVar[bool] = True

    async def order(self, number: str, key: str | None) -> OrderView:
        return await readable_order(self, number, key)

    def show(self, order: OrderView, notice: str = "", status: HTTPStatus = HTTPStatus.OK) -> None:
        context = order_page(order, self.shop.settings, self.shop.links, datetime.now(self.shop.settings.time_zone))
        is_payable = context["awaits_card"] or context["declined"]
        waits = UNPAID_WAITS if is_payable else ORDER_WAITS
        self.page("order.html", status, **context, notice=notice, waiting=() if notice else self.waiting(waits))

    def put_off(self, order: OrderView, why: Unavailable) -> None:
        """The order's page, with what it has to wait for."""
        self.set_header("Retry-After", str(why.retry_after_s))
        self.show(order, why.detail, HTTPStatus.SERVICE_UNAVAILABLE)


class OrderHandler(OrderPage):
    async def get(self, number: str) -> None:
        self.show(await self.order(number, self.query.get("key")))


class PayHandler(OrderPage):
    """Pay once more or in another way; the buyer goes on at the provider's page or back at the order's."""

    async def post(self, number: str) -> None:
        form = self.form()
        order = await self.order(number, form.get("key") or self.query.get("key"))
        way = WAYS.get(form.get("payment", "card"))
        if way is None:
            raise Invalid(errors=[FieldError("payment", "Choose card or invoice.")])
        try:
            going_on = await way(self.shop.paying, number, self.shop.links.order_url(number))
        except Conflict:  # settled meanwhile, in another tab: the order's page says so
            self.see_other(self.shop.links.order_path(number))
        except Unavailable as error:
            self.put_off(order, error)
        else:
            self.shop.publisher.announce_soon(going_on.messages)
            self.see_other(going_on.url)


class DocumentHandler(OrderPage):
    async def get(self, number: str, document: str) -> None:
        order = await self.order(number, self.query.get("key"))
        try:
            await send_document(self, order, document)
        except Unavailable as error:
            self.put_off(order, error)
