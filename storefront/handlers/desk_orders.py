"""An order's page in the back office, and its documents."""

from http import HTTPStatus

from shared import log
from shared.queries.order_view import OrderView
from storefront.handlers.back_office import DeskHandler
from storefront.handlers.documents import send_document
from storefront.order_readers import order_seen_by
from storefront.views.desk_forms import Refused
from storefront.views.desk_order import order_desk

ASKED = {"cancel": "cancel.html", "refund": "refund.html"}  # what gives money away asks on a page of its own


class OrderDesk(DeskHandler):
    async def order(self, number: str) -> OrderView:
        """Raises NotFound."""
        order = await order_seen_by(self, number)
        log.note(order_number=number)
        return order

    def show(self, order: OrderView, reason: str, status: HTTPStatus) -> None:
        """The order's page, with why something was not done."""
        self.desk("order.html", status, **order_desk(order, self.rights, reason=reason))

    def show_refused(self, order: OrderView, refused: Refused) -> None:
        """The form's page again, with why, and with everything that was typed."""
        context = order_desk(order, self.rights, refused)
        self.desk(ASKED.get(refused.act, "order.html"), HTTPStatus(refused.error.status), **context)


class OrderHandler(OrderDesk):
    async def get(self, number: str) -> None:
        context = order_desk(await self.order(number), self.rights, done=self.query.get("done", ""))
        self.desk("order.html", **context)


class DocumentHandler(OrderDesk):
    async def get(self, number: str, document: str) -> None:
        await send_document(self, await self.order(number), document)
