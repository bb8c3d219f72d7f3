"""What can be done to an order just now: which forms the back office shows, and for which pieces.

Only what to show is decided here; the commands check again under the order's lock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shared.domain import canceling
from shared.domain.book import Book, Pieces
from shared.domain.fulfilling import packed_here
from shared.domain.statuses import OrderStatus
from shared.queries.order_view import OrderView
from shared.services.incoming import MOST_RESENT
from storefront.views.books import book_of, whole_cancel


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
