"""An order's page as its buyer sees it: where it is on its way, its pieces, its money, and what can be done."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shared.domain.delivery_days import Arrival, arrival
from shared.domain.shipping import ShippingMethod
from shared.queries.order_view import OrderDocument, OrderLine, OrderView
from shared.services.payments import CLOSED, is_settled
from shared.settings import Settings
from storefront.links import Links
from storefront.views.carts import new_operation_id
from storefront.views.order_changes import change_path, possible
from storefront.views.order_money import is_over, is_paid, order_money
from storefront.views.order_stages import awaits_card, is_declined, masked, stages, title
from storefront.views.returns import exact_words, piece_words, shown_returns, withdrawal_last_day, withdrawn_at

AFTER_CLOSING = frozenset({"refund", "credit_note", "void", "mail_withdrawn"})  # what an end still sets going


@dataclass(frozen=True)
class ShownParcel:
    carrier: str
    tracking: str
    sent_at: datetime
    arrived_at: datetime | None
    pieces: tuple[str, ...]


def order_page(order: OrderView, settings: Settings, links: Links, now: datetime) -> dict[str, Any]:
    """The context of order.html, but for the notice of what was not possible just now."""
    invoice = next((document for document in order.documents if document.kind == "invoice"), None)
    returns = shown_returns(order, settings.time_zone)
    return {
        "order": order,
        "key": links.order_key(order.number),
        "title": title(order),
        "stages": stages(order, invoice, expected(order, settings)),
        "first_name": order.shipping_address.name.split(" ")[0],
        "masked_email": masked(order.email),
        "awaits_card": awaits_card(order),
        "declined": is_declined(order),
        "is_paid": is_paid(order),
        "money": order_money(order),
        "invoice": invoice,
        "invoice_path": links.document_path(order.number, invoice.number) if invoice else "",
        "credit_notes": credit_notes(order, links),
        "order_path": links.order_path(order.number),
        "pay_path": links.pay_path(order.number),
        "paths": {act: change_path(links, order.number, act) for act in ("cancel", "return", "withdraw")},
        "possible": possible(order, now),
        "withdrawn": withdrawal_words(order, settings),
        "withdraw_by": withdrawal_last_day(order, settings.time_zone),
        "parcels": parcels(order),
        "returns": returns,
        "keep_ids": {each.keep_id: new_operation_id() for each in returns if each.keep_id},
        "line_notes": {line.sku: line_notes(order, line) for line in order.lines},
        "due_on": due_on(order, settings),
        "is_moving": is_moving(order),
    }


def withdrawal_words(order: OrderView, settings: Settings) -> str:
    """The acknowledgement of a withdrawal, with its date and time; blank if there was none."""
    at = withdrawn_at(order)
    if at is None:
        return ""
    is_told = any(event.what == "mail.withdrawn_sent" for event in order.events)
    told = "The confirmation was sent to" if is_told else "The confirmation goes by e-mail to"
    return f"You withdrew on {exact_words(at, settings.time_zone)}. {told} {masked(order.email)}."


def parcels(order: OrderView) -> list[ShownParcel]:
    return [
        ShownParcel(each.carrier, each.tracking, each.shipped_at, each.delivered_at, piece_words(order, each.pieces))
        for each in order.parcels
    ]


def line_notes(order: OrderView, line: OrderLine) -> list[str]:
    """What has become of a line's pieces: "1 of 2 canceled", or "Canceled" when it is all of them."""
    coming = sum(each.outstanding.get(line.sku, 0) for each in order.returns)
    counts = (("canceled", line.canceled), ("returned", line.returned), ("to be sent back", coming))
    return [
        words.capitalize() if pieces == line.quantity else f"{pieces} of {line.quantity} {words}"
        for words, pieces in counts
        if pieces
    ]


def credit_notes(order: OrderView, links: Links) -> list[tuple[OrderDocument, str]]:
    """Each with the address of its PDF, oldest first."""
    notes = [document for document in order.documents if document.kind == "credit_note"]
    return [(note, links.document_path(order.number, note.number)) for note in notes]


def is_moving(order: OrderView) -> bool:
    """Whether news may come within minutes, so that the page looks for them."""
    alive = [step.step for step in order.steps if step.state not in ("done", "dead")]
    return bool(AFTER_CLOSING.intersection(alive) if order.order_status in CLOSED else alive)


def due_on(order: OrderView, settings: Settings) -> date | None:
    """When an invoice is to be paid, by the shop's calendar; None when nothing is."""
    if is_over(order) or not order.open_cents or order.payment_method != "invoice":
        return None
    return order.placed_at.astimezone(settings.time_zone).date() + timedelta(days=settings.invoice_due_days)


def expected(order: OrderView, settings: Settings) -> Arrival | None:
    """When it arrives, counted from the day it was sent or else ordered; nothing is said while that is not sure."""
    if not is_settled(order) or order.order_status == "on_hold":
        return None
    counts_from = max((parcel.shipped_at for parcel in order.parcels), default=order.placed_at)
    return arrival(ShippingMethod(order.shipping_method), counts_from.astimezone(settings.time_zone).date())
