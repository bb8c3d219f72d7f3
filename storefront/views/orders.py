"""An order as its buyer sees it: where it is on its way, what is to be paid, whom it goes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shared.domain.shipping import ShippingMethod
from shared.queries.order_view import OrderDocument, OrderView
from shared.services.payments import CLOSED, is_settled
from shared.settings import Settings
from storefront.links import Links
from storefront.views.delivery_days import Arrival, arrival

SHIPPED = {"partially_shipped", "shipped", "partially_delivered", "delivered"}
PACKED = SHIPPED | {"fulfilled"}


@dataclass(frozen=True)
class Stage:
    """A step of the way; state: done, now, soft (to come) or stop."""

    label: str
    state: str
    at: datetime | None = None
    text: str = ""
    expected: Arrival | None = None


def order_page(order: OrderView, settings: Settings, links: Links, notice: str = "") -> dict[str, Any]:
    """The context of order.html; a notice says what was not possible just now."""
    invoice = next((document for document in order.documents if document.kind == "invoice"), None)
    return {
        "order": order,
        "notice": notice,
        "key": links.order_key(order.number),
        "title": title(order),
        "stages": stages(order, invoice, expected(order, settings)),
        "first_name": order.shipping_address.name.split(" ")[0],
        "masked_email": masked(order.email),
        "awaits_card": awaits_card(order),
        "declined": is_declined(order),
        "is_settled": is_settled(order),
        "invoice": invoice,
        "invoice_path": links.document_path(order.number, invoice.number) if invoice else "",
        "pay_path": links.pay_path(order.number),
        "due_on": due_on(order, settings),
        "is_moving": is_moving(order),
    }


def title(order: OrderView) -> str:
    if order.order_status in CLOSED:
        return f"Your order was {order.order_status}" if order.order_status == "canceled" else "Your order has expired"
    if is_declined(order):
        return "Your bank declined the card"
    if awaits_card(order):
        return "Your order waits for your payment"
    words = {"delivered": "Your order has arrived"} | dict.fromkeys(SHIPPED - {"delivered"}, "Your order is on its way")
    words |= {"fulfilled": "Your order is packed"}
    received = "We have your order" if order.order_status == "pending" else "Your order is being prepared"
    return words.get(order.fulfillment_status, received)


def stages(order: OrderView, invoice: OrderDocument | None, expected: Arrival | None = None) -> list[Stage]:
    """The way of the order, as far as it has come and as it goes on."""
    if order.order_status in CLOSED:
        return [_received(order), Stage(order.order_status.capitalize(), "stop")]
    found = [_received(order), *_paid(order)]
    found.append(Stage("Invoice made", "done", invoice.at) if invoice else Stage("Invoice", "soft"))
    reached = [order.order_status != "pending", order.fulfillment_status in PACKED, order.fulfillment_status in SHIPPED]
    ahead = [("Being prepared", "We pack it today or tomorrow."), ("Packed", ""), ("On its way", "")]
    found += _ahead(ahead, reached)
    is_there = order.fulfillment_status == "delivered"
    return [*found, Stage("Delivered", "done") if is_there else Stage("Delivered", "soft", expected=expected)]


def is_declined(order: OrderView) -> bool:
    return order.payments[-1].failed_at is not None and _is_payable(order)


def awaits_card(order: OrderView) -> bool:
    """Whether the buyer has something to do: pay on the provider's page."""
    latest = order.payments[-1]
    return latest.method == "card" and latest.token is None and _is_payable(order)


def _is_payable(order: OrderView) -> bool:
    return order.order_status not in CLOSED and not is_settled(order)


def is_moving(order: OrderView) -> bool:
    """Whether news may come within minutes, so that the page looks for them."""
    return order.order_status not in CLOSED and any(step.state not in ("done", "dead") for step in order.steps)


def due_on(order: OrderView, settings: Settings) -> date | None:
    """When an invoice is to be paid, by the shop's calendar; None when nothing is."""
    is_closed = order.order_status in CLOSED or order.payment_status in ("paid", "refunded", "voided")
    if is_closed or order.payment_method != "invoice":
        return None
    return order.placed_at.astimezone(settings.time_zone).date() + timedelta(days=settings.invoice_due_days)


def expected(order: OrderView, settings: Settings) -> Arrival | None:
    """When it arrives, counted from the day of the order; nothing is said while a payment is open."""
    if not is_settled(order):
        return None
    return arrival(ShippingMethod(order.shipping_method), order.placed_at.astimezone(settings.time_zone).date())


def masked(email: str) -> str:
    """ "j•••@example.org" """
    name, _, host = email.rpartition("@")
    return f"{name[:1]}•••@{host}"


def _received(order: OrderView) -> Stage:
    is_told = any(event.what == "receipt.sent" for event in order.events)
    follows = "" if order.order_status in CLOSED else "The receipt follows by e-mail."
    told = f"Confirmation sent to {masked(order.email)}." if is_told else follows
    return Stage("Received", "done", order.placed_at, told)


def _paid(order: OrderView) -> list[Stage]:
    """Paying is a step of the way only for cards: an invoice is paid when the parcel has come."""
    if order.payment_method != "card":
        return []
    if is_declined(order):
        return [Stage("Card declined", "stop", order.payments[-1].failed_at, "The order is kept; choose another way.")]
    if not is_settled(order):
        return [Stage("Payment", "now", None, "You pay on our provider's page.")]
    paid_at = next(
        (event.at for event in order.events if event.what in ("payment.authorized", "payment.captured")), None
    )
    return [Stage("Paid by card", "done", paid_at)]


def _ahead(labels: Iterable[tuple[str, str]], reached: list[bool]) -> list[Stage]:
    """The furthest stage that was reached is `now`, those before it done, those after it to come."""
    furthest = max((index for index, is_reached in enumerate(reached) if is_reached), default=-1)
    return [
        Stage(label, "done" if index < furthest else "now" if index == furthest else "soft", None, text)
        for index, (label, text) in enumerate(labels)
    ]
