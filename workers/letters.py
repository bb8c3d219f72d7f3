"""What each mail about an order says: the order and the row it tells of, handed to the function that writes it.

The texts stand in workers/documents; they are imported late, as most processes never write a mail.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from email.message import EmailMessage

from shared.domain.delivery_days import arrival
from shared.domain.shipping import ShippingMethod
from shared.queries.documents import Document
from shared.queries.order_view import OrderView
from workers import money_letters
from workers.invoice_step import invoice_lines
from workers.letter_facts import (
    common,
    credit_of,
    day,
    due_on,
    id_of,
    invoice_of,
    lines_of,
    only,
    return_of,
    settlement,
)
from workers.tools import Tools

RETURN_DAYS = 14  # how long a shopper has to send things back, and we to refund (Directive 2011/83/EU, article 13, 14)

Compose = Callable[[Tools, OrderView, Document], Awaitable[EmailMessage]]


async def receipt(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.receipt import ReceiptData, compose_receipt

    number, pdf = await invoice_of(tools, order)
    is_card = order.payment_method == "card"
    data = ReceiptData(
        **common(tools, order),
        due_on=None if is_card else due_on(tools, order),
        paid_by_card=is_card,
        billing=order.billing_address,
        shipping=order.shipping_address,
        lines=invoice_lines(order),
        shipping_cents=order.shipping_cents,
        shipping_method=order.shipping_method,
        vat=order.vat,
    )
    return compose_receipt(data, id_of(reserved), reserved.reserved_at, pdf, number)


async def canceled(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.order_mails import CanceledData, compose_canceled

    found = credit_of(order, reserved.revision)
    is_all = order.order_status == "canceled" and found.credit is order.credits[-1].credit
    pieces = {line.sku: line.quantity for line in found.credit.lines}
    data = CanceledData(
        **common(tools, order),
        lines=() if is_all else lines_of(order, pieces),
        by_shop=found.who != "shopper",
        reason=found.credit.reason,
        settlement=settlement(order, found.credit.payout_cents),
    )
    return compose_canceled(data, id_of(reserved), reserved.reserved_at)


async def expired(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.order_mails import ExpiredData, compose_expired

    data = ExpiredData(**common(tools, order), shop_url=f"{tools.settings.public_url}/shop")
    return compose_expired(data, id_of(reserved), reserved.reserved_at)


async def shipped(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.order_mails import ShippedData, compose_shipped

    parcel = only(parcel for parcel in order.parcels if parcel.id == reserved.revision)
    shipped_on = day(tools, parcel.shipped_at)
    expected = arrival(ShippingMethod(order.shipping_method), shipped_on)
    to_come = {line.sku: line.quantity - line.canceled - line.shipped for line in order.lines}
    data = ShippedData(
        **common(tools, order),
        lines=lines_of(order, parcel.pieces),
        to_come=lines_of(order, to_come),
        shipped_on=shipped_on,
        carrier=parcel.carrier,
        tracking=parcel.tracking,
        arrives_from=expected.earliest,
        arrives_by=expected.latest,
    )
    return compose_shipped(data, id_of(reserved), reserved.reserved_at)


async def return_requested(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.return_mails import ReturnRequestedData, compose_return_requested

    found = return_of(order, reserved.revision)
    requested_on = day(tools, found.requested_at)
    data = ReturnRequestedData(
        **common(tools, order),
        lines=lines_of(order, found.pieces),
        reason=found.reason,
        requested_on=requested_on,
        send_by=requested_on + timedelta(days=RETURN_DAYS),
    )
    return compose_return_requested(data, id_of(reserved), reserved.reserved_at)


async def withdrawn(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    """Acknowledge a withdrawal; revision 0 is one after which nothing has to come back."""
    from workers.documents.return_mails import WithdrawnData, compose_withdrawn

    at = only(event.at for event in reversed(order.events) if event.what == "return.withdrawn")
    until = day(tools, at) + timedelta(days=RETURN_DAYS)
    data = WithdrawnData(
        **common(tools, order),
        lines=lines_of(order, return_of(order, reserved.revision).pieces) if reserved.revision else (),
        canceled=lines_of(order, {line.sku: line.canceled for line in order.lines}),
        name=order.billing_address.name,
        withdrawn_at=at.astimezone(tools.settings.time_zone),
        send_by=until,
        refund_by=until,
    )
    return compose_withdrawn(data, id_of(reserved), reserved.reserved_at)


async def return_received(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    """What arrived is what was credited; revision is the credit's id."""
    from workers.documents.return_mails import ReturnReceivedData, compose_return_received

    found = credit_of(order, reserved.revision)
    data = ReturnReceivedData(
        **common(tools, order),
        lines=lines_of(order, {line.sku: line.quantity for line in found.credit.lines}),
        received_on=day(tools, found.created_at),
        settlement=settlement(order, found.credit.payout_cents),
    )
    return compose_return_received(data, id_of(reserved), reserved.reserved_at)


LETTERS: Mapping[str, Compose] = {
    "receipt": receipt,
    "payment_failed": money_letters.payment_failed,
    "canceled": canceled,
    "expired": expired,
    "shipped": shipped,
    "return_requested": return_requested,
    "withdrawn": withdrawn,
    "return_received": return_received,
    "refunded": money_letters.refunded,
    "paid_back": money_letters.paid_back,
    "reminder": money_letters.reminder,
    "late_payment": money_letters.late_payment,
}
