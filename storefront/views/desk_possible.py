"""What can be done to an order just now: which forms the back office shows, and for which pieces.

Only what to show is decided here; the commands check again under the order's lock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shared.domain import canceling
from shared.domain.book import Book, BookLine, Credit, Parcel, Pieces, Return, Till
from shared.domain.fulfilling import packed_here
from shared.domain.moves import IllegalMove
from shared.domain.statuses import OrderStatus
from shared.queries.order_view import OrderView
from shared.services.incoming import MOST_RESENT
from shared.services.payments import is_settled


@dataclass(frozen=True)
class Possible:
    """A form to show; subject: the id of its parcel or return, if it has one."""

    act: str
    pieces: Pieces = field(default_factory=dict)
    subject: str = ""


def possible(order: OrderView) -> Iterator[Possible]:
    """Everything that can be done now, whoever may do it."""
    book = book_of(order)
    yield from _handling(order, book)
    yield from _back(order)
    yield from _money(order, book)
    yield from _stopping(order, book)


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


def _handling(order: OrderView, book: Book) -> Iterator[Possible]:
    if book.order_status is OrderStatus.PROCESSING:
        here = {sku: count for sku, count in packed_here(book).items() if count}
        choices: Mapping[str, Pieces] = {"pack": canceling.unpacked(book), "ship": here, "unpack": here}
        yield from (Possible(act, pieces) for act, pieces in choices.items() if pieces)
    yield from (Possible("deliver", each.pieces, str(each.id)) for each in order.parcels if not each.delivered_at)


def _back(order: OrderView) -> Iterator[Possible]:
    yield from (Possible("receive", each.outstanding, str(each.id)) for each in order.returns if each.outstanding)


def _money(order: OrderView, book: Book) -> Iterator[Possible]:
    if order.payment_method == "invoice":
        yield Possible("record")
    if book.kept_cents > 0:
        yield Possible("refund")
    receipts = [step.ref for step in order.steps if step.step == "receipt"]
    if receipts and max(receipts) < MOST_RESENT:
        yield Possible("resend")


def _stopping(order: OrderView, book: Book) -> Iterator[Possible]:
    if book.order_status in (OrderStatus.PENDING, OrderStatus.PROCESSING):
        yield Possible("hold")
    if book.order_status is OrderStatus.ON_HOLD:
        yield Possible("release")
    if order.attention:
        yield Possible("clear")
    left = canceling.unpacked(book)
    if book.order_status in canceling.CANCELABLE and left and (book.settled or whole_cancel(order)):
        yield Possible("cancel", left if book.settled else {})
