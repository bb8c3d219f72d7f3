"""An order's book as far as pages need it: what could be done, without locking anything. The commands look again."""

from shared.domain import canceling
from shared.domain.book import Book, BookLine, Credit, Parcel, Return, Till
from shared.domain.moves import IllegalMove
from shared.domain.statuses import OrderStatus
from shared.queries.order_view import OrderView
from shared.services.payments import is_settled


def book_of(order: OrderView) -> Book:
    """The order's book as far as a page needs it; a payout that went out in part counts as a whole until it is done."""
    return Book(
        lines=_lines(order),
        shipping_cents=order.shipping_cents,
        vat=order.vat,
        till=_till(order),
        parcels=tuple(
            Parcel(id=each.id, pieces=each.pieces, capture_cents=each.capture_cents, delivered=bool(each.delivered_at))
            for each in order.parcels
        ),
        returns=tuple(
            Return(
                kind=each.kind,
                reason=each.reason,
                pieces=each.pieces,
                received=each.received,
                canceled=bool(each.canceled_at),
                id=each.id,
            )
            for each in order.returns
        ),
        credits=tuple(each.credit for each in order.credits),
        settled=is_settled(order),
        canceled=order.order_status == OrderStatus.CANCELED,
        expired=order.order_status == OrderStatus.EXPIRED,
        completed=order.order_status == OrderStatus.COMPLETED,
        hold_reason=order.hold_reason,
    )


def whole_cancel(order: OrderView) -> Credit | None:
    """What canceling the whole order would take off and give back; None when that cannot be done."""
    try:
        return canceling.cancel_all(book_of(order), "asked").credits[-1]
    except IllegalMove:
        return None


def _lines(order: OrderView) -> tuple[BookLine, ...]:
    return tuple(
        BookLine(
            sku=line.sku,
            unit_price_cents=line.unit_price_cents,
            vat_bp=line.vat_bp,
            ordered=line.quantity,
            canceled=line.canceled,
            packed=line.packed,
            shipped=line.shipped,
            delivered=line.delivered,
            returned=line.returned,
        )
        for line in order.lines
    )


def _till(order: OrderView) -> Till:
    open_ones = [payment for payment in order.payments if payment.voided_at is None]
    return Till(
        method=order.payment_method,
        authorized_cents=sum(max(0, each.authorized_cents - each.captured_cents) for each in open_ones),
        captured_cents=order.paid_cents,
        refunded_cents=order.refunded_cents,
        promised_cents=sum(each.credit.payout_cents for each in order.credits if each.done_at is None),
    )
