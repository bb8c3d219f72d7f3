"""The way of an order, as its shopper is told: Received, Being prepared, Packed, On its way, Delivered, Returned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.delivery_days import Arrival
from shared.queries.order_view import OrderDocument, OrderView
from shared.services.payments import CLOSED, is_settled
from storefront.views.returns import arrived_at, withdrawn_at
from storefront.views.words import plural

SHIPPED = {"partially_shipped", "shipped", "partially_delivered", "delivered"}
PACKED = SHIPPED | {"fulfilled"}
RETURNS = {
    "requested": "Your return is announced",
    "partially_received": "Part of your return has come back",
    "received": "Your return has come back",
}


@dataclass(frozen=True)
class Stage:
    """A step of the way; state: done, now, soft (to come) or stop."""

    label: str
    state: str
    at: datetime | None = None
    text: str = ""
    expected: Arrival | None = None


def title(order: OrderView) -> str:
    """Where the order stands, in one sentence."""
    if withdrawn_at(order):
        return "You withdrew from the contract"
    if order.order_status in CLOSED:
        return f"Your order was {order.order_status}" if order.order_status == "canceled" else "Your order has expired"
    if is_declined(order):
        return "Your bank declined the card"
    if awaits_card(order):
        return "Your order waits for your payment"
    if order.fulfillment_status == "delivered":
        return RETURNS.get(order.return_status, "Your order has arrived")
    return _on_its_way(order)


def _on_its_way(order: OrderView) -> str:
    if order.fulfillment_status in SHIPPED:
        return f"{'Part of your' if order.fulfillment_status.startswith('partially') else 'Your'} order is on its way"
    if order.order_status == "on_hold":
        return "Your order is on hold"
    if order.fulfillment_status == "fulfilled":
        return "Your order is packed"
    return "We have your order" if order.order_status == "pending" else "Your order is being prepared"


def stages(order: OrderView, invoice: OrderDocument | None, expected: Arrival | None = None) -> list[Stage]:
    """The way of the order, as far as it has come and as it goes on."""
    if order.order_status in CLOSED:
        return [_received(order), _closed(order)]
    found = [_received(order), *_paid(order)]
    found.append(Stage("Invoice made", "done", invoice.at) if invoice else Stage("Invoice", "soft"))
    return [*found, *_ahead(order, expected), *_returned(order)]


def is_declined(order: OrderView) -> bool:
    return order.payments[-1].failed_at is not None and _is_payable(order)


def awaits_card(order: OrderView) -> bool:
    """Whether the buyer has something to do: pay on the provider's page."""
    latest = order.payments[-1]
    return latest.method == "card" and latest.token is None and _is_payable(order)


def _is_payable(order: OrderView) -> bool:
    return order.order_status not in CLOSED and not is_settled(order)


def masked(email: str) -> str:
    """ "j•••@example.org" """
    name, _, host = email.rpartition("@")
    return f"{name[:1]}•••@{host}"


def event_at(order: OrderView, *names: str) -> datetime | None:
    """When one of these happened last."""
    return next((event.at for event in reversed(order.events) if event.what in names), None)


def _received(order: OrderView) -> Stage:
    follows = "" if order.order_status in CLOSED else "The receipt follows by e-mail."
    told = f"Confirmation sent to {masked(order.email)}." if event_at(order, "receipt.sent") else follows
    return Stage("Received", "done", order.placed_at, told)


def _closed(order: OrderView) -> Stage:
    if withdrawn_at(order):
        return Stage("Withdrawn", "stop", withdrawn_at(order), "Nothing is sent.")
    at = event_at(order, f"order.{order.order_status}")
    return Stage(order.order_status.capitalize(), "stop", at, "Nothing is sent.")


def _paid(order: OrderView) -> list[Stage]:
    """Paying is a step of the way only for cards: an invoice is paid when the parcel has come."""
    if order.payment_method != "card":
        return []
    if is_declined(order):
        return [Stage("Card declined", "stop", order.payments[-1].failed_at, "The order is kept; choose another way.")]
    if not is_settled(order):
        return [Stage("Payment", "now", None, "You pay on our provider's page.")]
    known = [event.at for event in order.events if event.what in ("payment.authorized", "payment.captured")]
    return [Stage("Paid by card", "done", known[0] if known else None)]


def _ahead(order: OrderView, expected: Arrival | None) -> list[Stage]:
    """The furthest stage that was reached is `now`, those before it done, those after it to come; arriving ends all."""
    sent_at = max((parcel.shipped_at for parcel in order.parcels), default=None)
    held = "We look at something first and write to you." if order.order_status == "on_hold" else ""
    part = "The rest follows." if order.fulfillment_status.startswith("partially_") else ""
    reached: Sequence[tuple[bool, Stage]] = (
        (order.order_status != "pending", Stage("Being prepared", "", None, held or "We pack it today or tomorrow.")),
        (order.fulfillment_status in PACKED, Stage("Packed", "", event_at(order, "line.packed"))),
        (order.fulfillment_status in SHIPPED, Stage("On its way", "", sent_at, part)),
        (order.fulfillment_status == "delivered", Stage("Delivered", "", arrived_at(order), "", expected)),
    )
    furthest = max((index for index, (is_reached, _) in enumerate(reached) if is_reached), default=-1)
    is_last = furthest == len(reached) - 1
    return [_placed(stage, index - furthest, is_last=is_last) for index, (_, stage) in enumerate(reached)]


def _placed(stage: Stage, distance: int, *, is_last: bool) -> Stage:
    """A stage so far before (below zero) or after the furthest one; what was said of it is said while it matters."""
    if distance < 0 or (distance == 0 and is_last):
        return Stage(stage.label, "done", stage.at)
    if distance == 0:
        return Stage(stage.label, "now", stage.at, stage.text)
    return Stage(stage.label, "soft", None, "" if stage.at else stage.text, stage.expected)


def _returned(order: OrderView) -> list[Stage]:
    alive = [each for each in order.returns if not each.canceled_at]
    outstanding = sum(sum(each.outstanding.values()) for each in alive)
    if not alive:
        return []
    if outstanding:
        return [Stage("Returned", "now", None, f"We wait for {plural(outstanding, 'piece')}.")]
    return [Stage("Returned", "done", max((each.received_at for each in alive if each.received_at), default=None))]
