"""From a posted form to the command on its order, a line for each form of the back office."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from shared.errors import FieldError, Invalid
from shared.messages import Message
from shared.services import cancellation, fulfillment, incoming, returns
from shared.services.fulfillment import ShipmentRequest
from shared.services.order_commands import Command
from shared.services.returns import Arrived
from storefront.forms.desk import read_amount, read_id, read_note, read_pieces

if TYPE_CHECKING:
    from storefront.shop import Shop

Fields = Mapping[str, str]
Act = Callable[["Shop", str, Command, Fields], Awaitable[tuple[Message, ...]]]


async def _pack(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:
    return await fulfillment.pack(shop.database, number, command, read_pieces(form))


async def _unpack(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:
    return await fulfillment.unpack(shop.database, number, command, read_pieces(form))


async def _ship(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:
    request = ShipmentRequest(
        pieces=read_pieces(form),
        carrier=form.get("carrier", "").strip(),
        tracking=form.get("tracking", "").strip(),
    )
    at_shipment = shop.settings.payment_capture == "shipment"
    return await fulfillment.ship(shop.database, number, command, request, capture_at_shipment=at_shipment)


async def _deliver(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:
    return await fulfillment.deliver(shop.database, number, command, read_id(form, "shipment_id"))


async def _receive(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:
    restock = form.get("restock", "")
    if restock not in ("yes", "no"):
        raise Invalid(errors=[FieldError("restock", "Say whether they can be sold again.")])
    arrived = Arrived(return_id=read_id(form, "return_id"), pieces=read_pieces(form), restock=restock == "yes")
    return await returns.receive(shop.database, number, command, arrived)


async def _record(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:
    return await incoming.record_payment(shop.database, number, command, read_amount(form), read_note(form))


async def _hold(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:
    return await cancellation.hold(shop.database, number, command, form.get("reason", "").strip())


async def _release(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:  # noqa: ARG001
    return await cancellation.release(shop.database, number, command)


async def _resend(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:
    return await incoming.resend_receipt(shop.database, number, command, form.get("reason", "").strip())


async def _clear(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:  # noqa: ARG001
    return await incoming.clear_attention(shop.database, number, command)


async def _cancel(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:
    """The whole order, or the pieces chosen: two buttons of one form."""
    pieces = None if form.get("whole") else read_pieces(form)
    return await cancellation.cancel(shop.database, number, command, pieces, form.get("reason", "").strip())


async def _refund(shop: "Shop", number: str, command: Command, form: Fields) -> tuple[Message, ...]:
    cents = read_amount(form)
    return await cancellation.refund(shop.database, number, command, cents, form.get("reason", "").strip())


# Each stands under its own address below the order's, and needs the right of its name.
ACTS: Mapping[str, Act] = {
    "pack": _pack,
    "unpack": _unpack,
    "ship": _ship,
    "deliver": _deliver,
    "receive": _receive,
    "record": _record,
    "hold": _hold,
    "release": _release,
    "resend": _resend,
    "clear": _clear,
    "cancel": _cancel,
    "refund": _refund,
}
