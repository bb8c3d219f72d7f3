"""What staff do to an order: each form posts to its own address, and comes back to the order's page."""

from http import HTTPStatus

from shared.errors import Conflict, Invalid, NotFound
from shared.queries.order_view import OrderView
from shared.security_log import Event, note
from shared.services.order_commands import Command
from storefront.handlers.desk_commands import ACTS
from storefront.handlers.desk_orders import ASKED, OrderDesk
from storefront.views.desk_forms import Refused
from storefront.views.desk_order import order_desk


class ActionHandler(OrderDesk):
    async def get(self, number: str, act: str) -> None:
        """The page that asks first; all other forms stand on the order's own page."""
        _check_known(act)
        if act not in ASKED:
            self.see_other(f"/back-office/orders/{number}")
            return
        order = await self.order(number)
        context = order_desk(order, self.rights)
        if act not in self.rights:
            self._turn_away(order)
        elif act not in context["forms"]:
            self.show(order, "This cannot be done just now.", HTTPStatus.CONFLICT)
        else:
            self.desk(ASKED[act], **context)

    async def post(self, number: str, act: str) -> None:
        _check_known(act)
        order = await self.order(number)
        if act not in self.rights:
            self._turn_away(order)
            return
        form = self.form()
        command = Command(key=form.get("operation_id", ""), who=self.staff.email)
        try:
            messages = await ACTS[act](self.shop, number, command, form)
        except (Invalid, Conflict) as error:
            self.show_refused(await self.order(number), Refused(act, form, error))
            return
        self.shop.publisher.announce_soon(messages)
        self.see_other(f"/back-office/orders/{number}?done={act}")

    def _turn_away(self, order: OrderView) -> None:
        note(Event.NOT_ALLOWED, staff=self.staff.id, role=self.staff.role)
        self.show(order, f"As {self.staff.role} you may not do this. Ask a manager.", HTTPStatus.FORBIDDEN)


def _check_known(act: str) -> None:
    if act not in ACTS:
        raise NotFound
