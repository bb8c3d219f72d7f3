"""What a shopper changes about an order: cancel it, send something back, withdraw from the contract.

Each asks on a page of its own; the same address takes the answer, and the order's page says what came of it.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar

from shared.domain.moves import IllegalMove
from shared.errors import Conflict, Invalid, ShopError
from shared.messages import Message
from shared.queries.order_view import OrderView
from shared.services import cancellation, returns
from shared.services.order_commands import SHOPPER, Command
from shared.services.returns import ReturnRequest
from storefront.fields import Fields
from storefront.forms.desk import read_id
from storefront.forms.order_changes import read_reason, read_return
from storefront.handlers.order import OrderPage
from storefront.views.asked import Asked
from storefront.views.order_changes import (
    CANCEL,
    NOT_NOW,
    RETURN,
    WITHDRAW,
    cancel_page,
    possible,
    return_page,
    withdraw_page,
)
from storefront.views.returns import is_keepable, withdrawn_at

STANDS = "This return cannot be taken back any more. Below is how the order stands."


class ChangeHandler(OrderPage):
    act: ClassVar[str]

    async def carry_out(self, order: OrderView, command: Command, form: Fields) -> tuple[Message, ...]:
        """Do it, and return the messages to send now; raises what the services raise."""
        raise NotImplementedError

    def context(self, order: OrderView, asked: Asked) -> dict[str, Any]:
        """Of the page that asks."""
        raise NotImplementedError

    def is_done(self, order: OrderView, form: Fields) -> bool:
        """Whether the order is already as the shopper wants it: asked in two tabs, it is done once."""
        raise NotImplementedError

    async def get(self, number: str) -> None:
        order = await self.order(number, self.query.get("key"))
        if self.is_done(order, Fields()):  # the way back in the browser's history
            self.see_other(self.shop.links.order_path(number))
        elif self.act in self.possible(order):
            self.ask(order, Asked())
        else:
            self.show(order, NOT_NOW[self.act], HTTPStatus.CONFLICT)

    async def post(self, number: str) -> None:
        form = self.form()
        order = await self.order(number, form.get("key") or self.query.get("key"))
        try:
            command = Command(key=form.get("operation_id", ""), who=SHOPPER)
            messages = await self.carry_out(order, command, form)
        except (Invalid, Conflict) as error:
            self.refuse(await self.order(number, self.shop.links.order_key(number)), form, error)
        else:
            self.shop.publisher.announce_soon(messages)
            self.see_other(self.shop.links.order_path(number))

    def now(self) -> datetime:
        """By the shop's clock."""
        return datetime.now(self.shop.settings.time_zone)

    def possible(self, order: OrderView) -> frozenset[str]:
        return possible(order, self.now())

    def may_ask_again(self, order: OrderView, form: Fields) -> bool:  # noqa: ARG002
        """Whether a refused form is of any use still."""
        return self.act in self.possible(order)

    def ask(self, order: OrderView, asked: Asked) -> None:
        status = HTTPStatus(asked.error.status) if asked.error else HTTPStatus.OK
        self.page(f"order_{self.act}.html", status, **self.context(order, asked))

    def refuse(self, order: OrderView, form: Fields, error: ShopError) -> None:
        """Say why, on the page that asked and with what was typed; an order that is as it was wanted says so itself."""
        if self.is_done(order, form):
            self.see_other(self.shop.links.order_path(order.number))
        elif self.may_ask_again(order, form):
            self.ask(order, Asked(form, error))
        else:
            self.show(order, STANDS if "keep" in form else NOT_NOW[self.act], HTTPStatus(error.status))


class CancelHandler(ChangeHandler):
    act = CANCEL

    async def carry_out(self, order: OrderView, command: Command, form: Fields) -> tuple[Message, ...]:
        return await cancellation.cancel(self.shop.database, order.number, command, None, read_reason(form))

    def context(self, order: OrderView, asked: Asked) -> dict[str, Any]:
        return cancel_page(order, self.shop.links, asked)

    def is_done(self, order: OrderView, form: Fields) -> bool:  # noqa: ARG002
        return order.order_status == "canceled"

    def may_ask_again(self, order: OrderView, form: Fields) -> bool:  # noqa: ARG002
        """When it was packed meanwhile, the page leads on to the withdrawal."""
        return bool(self.possible(order) & {CANCEL, WITHDRAW})


class ReturnHandler(ChangeHandler):
    """Announces a return; its field `keep` takes one back."""

    act = RETURN

    async def carry_out(self, order: OrderView, command: Command, form: Fields) -> tuple[Message, ...]:
        if "keep" in form:
            return await self._keep(order, command, form)
        pieces, reason = read_return(form)
        request = ReturnRequest(pieces=pieces, reason=reason, at=self.now())
        return await returns.request_return(self.shop.database, order.number, command, request)

    async def _keep(self, order: OrderView, command: Command, form: Fields) -> tuple[Message, ...]:
        return_id = read_id(form, "keep")
        if not any(each.id == return_id and is_keepable(each) for each in order.returns):
            raise IllegalMove(STANDS)
        return await returns.cancel_return(self.shop.database, order.number, command, return_id)

    def context(self, order: OrderView, asked: Asked) -> dict[str, Any]:
        return return_page(order, self.shop.links, asked)

    def is_done(self, order: OrderView, form: Fields) -> bool:
        return any(str(each.id) == form.get("keep") and each.canceled_at for each in order.returns)

    def may_ask_again(self, order: OrderView, form: Fields) -> bool:
        return "keep" not in form and super().may_ask_again(order, form)


class WithdrawHandler(ChangeHandler):
    """The second step of the withdrawal is the button on the page that this address shows."""

    act = WITHDRAW

    async def carry_out(self, order: OrderView, command: Command, form: Fields) -> tuple[Message, ...]:  # noqa: ARG002
        return await returns.withdraw(self.shop.database, order.number, command, self.now())

    def context(self, order: OrderView, asked: Asked) -> dict[str, Any]:
        return withdraw_page(order, self.shop.links, asked)

    def is_done(self, order: OrderView, form: Fields) -> bool:  # noqa: ARG002
        return withdrawn_at(order) is not None
