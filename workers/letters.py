"""What each mail about an order says: the order and the row it tells of, handed to the function that writes it.

The texts stand in workers/documents; they are imported late, as most processes never write a mail.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Literal, TypeVar, cast

from shared.domain.book import Pieces
from shared.domain.delivery_days import arrival
from shared.domain.numbers import order_key
from shared.domain.shipping import ShippingMethod
from shared.queries.documents import Document
from shared.queries.order_view import OrderCredit, OrderReturn, OrderView
from workers.documents.invoice_data import InvoiceLine
from workers.documents.settlement import Settlement
from workers.invoice_step import invoice_lines
from workers.ledger import Hopeless
from workers.tools import Tools

RETURN_DAYS = 14  # how long a shopper has to send things back, and we to refund (Directive 2011/83/EU, article 13, 14)
PAY_AGAIN_DAYS = 7  # the new last day in a reminder

T = TypeVar("T")
Compose = Callable[[Tools, OrderView, Document], Awaitable[EmailMessage]]


async def receipt(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.receipt import ReceiptData, compose_receipt

    number, pdf = await _invoice(tools, order)
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
    return compose_receipt(data, _id(reserved), reserved.reserved_at, pdf, number)


async def payment_failed(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.receipt import PaymentFailedData, compose_payment_failed

    until = order.expires_at and order.expires_at.astimezone(tools.settings.time_zone)
    data = PaymentFailedData(**common(tools, order), kept_until=until)
    return compose_payment_failed(data, _id(reserved), reserved.reserved_at)


async def canceled(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.order_mails import CanceledData, compose_canceled

    found = _credit(order, reserved.revision)
    is_all = order.order_status == "canceled" and found.credit is order.credits[-1].credit
    pieces = {line.sku: line.quantity for line in found.credit.lines}
    data = CanceledData(
        **common(tools, order),
        lines=() if is_all else lines_of(order, pieces),
        by_shop=found.who != "shopper",
        reason=found.credit.reason,
        settlement=settlement(order, found.credit.payout_cents),
    )
    return compose_canceled(data, _id(reserved), reserved.reserved_at)


async def expired(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.order_mails import ExpiredData, compose_expired

    data = ExpiredData(**common(tools, order), shop_url=f"{tools.settings.public_url}/shop")
    return compose_expired(data, _id(reserved), reserved.reserved_at)


async def shipped(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.order_mails import ShippedData, compose_shipped

    parcel = _only(parcel for parcel in order.parcels if parcel.id == reserved.revision)
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
    return compose_shipped(data, _id(reserved), reserved.reserved_at)


async def return_requested(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.return_mails import ReturnRequestedData, compose_return_requested

    found = _return(order, reserved.revision)
    requested_on = day(tools, found.requested_at)
    data = ReturnRequestedData(
        **common(tools, order),
        lines=lines_of(order, found.pieces),
        reason=found.reason,
        requested_on=requested_on,
        send_by=requested_on + timedelta(days=RETURN_DAYS),
    )
    return compose_return_requested(data, _id(reserved), reserved.reserved_at)


async def withdrawn(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    """Acknowledge a withdrawal; revision 0 is one after which nothing has to come back."""
    from workers.documents.return_mails import WithdrawnData, compose_withdrawn

    at = _only(event.at for event in reversed(order.events) if event.what == "return.withdrawn")
    until = day(tools, at) + timedelta(days=RETURN_DAYS)
    data = WithdrawnData(
        **common(tools, order),
        lines=lines_of(order, _return(order, reserved.revision).pieces) if reserved.revision else (),
        canceled=lines_of(order, {line.sku: line.canceled for line in order.lines}),
        name=order.billing_address.name,
        withdrawn_at=at.astimezone(tools.settings.time_zone),
        send_by=until,
        refund_by=until,
    )
    return compose_withdrawn(data, _id(reserved), reserved.reserved_at)


async def return_received(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    """What arrived is what was credited; revision is the credit's id."""
    from workers.documents.return_mails import ReturnReceivedData, compose_return_received

    found = _credit(order, reserved.revision)
    data = ReturnReceivedData(
        **common(tools, order),
        lines=lines_of(order, {line.sku: line.quantity for line in found.credit.lines}),
        received_on=day(tools, found.created_at),
        settlement=settlement(order, found.credit.payout_cents),
    )
    return compose_return_received(data, _id(reserved), reserved.reserved_at)


async def refunded(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.payment_mails import RefundedData, compose_refunded

    found = _credit(order, reserved.revision)
    ordinal = sum(each.credit.credit_cents > 0 and each.credit.id <= found.credit.id for each in order.credits)
    note = _only(each for each in order.documents if each.kind == "credit_note" and each.revision == ordinal)
    data = RefundedData(
        **common(tools, order),
        number=note.number,
        credit_cents=found.credit.credit_cents,
        reason=found.credit.reason,
        settlement=settlement(order, found.credit.payout_cents),
    )
    pdf = await tools.media.read(note.path)
    return compose_refunded(data, _id(reserved), reserved.reserved_at, pdf)


async def reminder(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.payment_mails import ReminderData, compose_reminder

    number, pdf = await _invoice(tools, order)
    data = ReminderData(
        **common(tools, order),
        level=cast(Literal[1, 2, 3], min(3, max(1, reserved.revision))),
        invoice_number=number,
        open_cents=order.open_cents,
        due_on=due_on(tools, order),
        pay_by=day(tools, reserved.reserved_at) + timedelta(days=PAY_AGAIN_DAYS),
    )
    return compose_reminder(data, _id(reserved), reserved.reserved_at, pdf)


async def late_payment(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    """Word of a payment after the end; revision is its attempt."""
    from workers.documents.payment_mails import LatePaymentData, compose_late_payment

    attempt = _only(each for each in order.payments if each.attempt == reserved.revision)
    data = LatePaymentData(
        **common(tools, order),
        amount_cents=attempt.captured_cents or attempt.authorized_cents,
        ended="expired" if order.order_status == "expired" else "canceled",
    )
    return compose_late_payment(data, _id(reserved), reserved.reserved_at)


LETTERS: Mapping[str, Compose] = {
    "receipt": receipt,
    "payment_failed": payment_failed,
    "canceled": canceled,
    "expired": expired,
    "shipped": shipped,
    "return_requested": return_requested,
    "withdrawn": withdrawn,
    "return_received": return_received,
    "refunded": refunded,
    "reminder": reminder,
    "late_payment": late_payment,
}


def common(tools: Tools, order: OrderView) -> dict[str, Any]:
    """What every mail about an order says."""
    settings = tools.settings
    key = order_key(settings.cookie_secrets[0], order.number)
    return {
        "order_number": order.number,
        "order_url": f"{settings.public_url}/orders/{order.number}?key={key}",
        "placed_on": day(tools, order.placed_at),
        "total_cents": order.total_cents,
        "seller": settings.seller,
        "sender": settings.mail_from,
        "recipient": order.email,
    }


def settlement(order: OrderView, payout_cents: int) -> Settlement:
    return Settlement(
        payout_cents=payout_cents,
        open_cents=order.open_cents if order.order_status not in ("canceled", "expired") else 0,
        by_card=order.payment_method == "card",
        released=any(each.authorized_cents and not each.captured_cents for each in order.payments),
    )


def lines_of(order: OrderView, pieces: Pieces) -> tuple[InvoiceLine, ...]:
    """The order's lines with as many pieces as a mail tells of."""
    return tuple(
        replace(line, quantity=pieces[line.sku]) for line in invoice_lines(order) if pieces.get(line.sku, 0) > 0
    )


def day(tools: Tools, at: datetime) -> date:
    return at.astimezone(tools.settings.time_zone).date()


def due_on(tools: Tools, order: OrderView) -> date:
    return day(tools, order.placed_at) + timedelta(days=tools.settings.invoice_due_days)


async def _invoice(tools: Tools, order: OrderView) -> tuple[str, bytes]:
    invoice = _only(document for document in order.documents if document.kind == "invoice")
    return invoice.number, await tools.media.read(invoice.path)


def _credit(order: OrderView, credit_id: int) -> OrderCredit:
    return _only(each for each in order.credits if each.credit.id == credit_id)


def _return(order: OrderView, return_id: int) -> OrderReturn:
    return _only(each for each in order.returns if each.id == return_id)


def _only(found: Iterator[T]) -> T:
    """What a mail tells of.

    Raises:
        Hopeless: it is not there, so no mail can ever tell of it.
    """
    for each in found:
        return each
    raise Hopeless("what this mail tells of is not there")


def _id(reserved: Document) -> str:
    assert reserved.message_id is not None
    return reserved.message_id
