"""Canceling, refunding, holding and expiring: pure, see `book`."""

from dataclasses import replace

from shared.domain.book import Book, Credit, Pieces, check_pieces, with_lines
from shared.domain.crediting import credited, lines_of, shipping_left_cents
from shared.domain.money import euros
from shared.domain.moves import IllegalMove
from shared.domain.statuses import OrderStatus
from shared.errors import FieldError, Invalid

MOST_CENTS = 99_999_999  # of one transfer
CANCELABLE = {OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.ON_HOLD}


def cancel_all(book: Book, reason: str) -> Book:
    """Cancel the whole order, while nothing is packed.

    Raises:
        IllegalMove: something is packed or gone, or the order is over.
    """
    if any(line.packed for line in book.lines):
        raise IllegalMove("Something is packed already, so the order cannot be canceled as a whole.")
    return cancel(book, unpacked(book), reason)


def cancel(book: Book, pieces: Pieces, reason: str) -> Book:
    """Cancel pieces that are not packed; without any piece left the order is canceled."""
    if book.order_status not in CANCELABLE:
        raise IllegalMove(f"The order is {book.order_status.value}, so nothing can be canceled.")
    check_pieces(pieces, {line.sku: line.unpacked for line in book.lines}, "canceled")
    after = with_lines(book, pieces, canceled=1)
    is_all = after.wanted == 0
    if not is_all and not book.settled:
        raise IllegalMove("The payment is not settled yet: cancel the whole order, or wait a moment.")
    credit = Credit(
        kind="canceled",
        reason=reason,
        credit_cents=0,
        payout_cents=0,
        lines=lines_of(book, pieces),
        shipping_cents=shipping_left_cents(book) if after.keeps_nothing else 0,
    )
    return credited(replace(after, canceled=is_all, hold_reason=None if is_all else after.hold_reason), credit)


def refund(book: Book, amount_cents: int, reason: str) -> Book:
    """Give money back without anything coming back; what was paid too much goes first and credits nothing.

    Raises:
        Invalid: an amount below one cent.
        IllegalMove: more than was paid and kept, or part of a price that is not billed yet.
    """
    if amount_cents < 1:
        raise Invalid(errors=[FieldError("amount_cents", "At least one cent.")])
    if amount_cents > book.kept_cents:
        raise IllegalMove(f"Only {euros(max(0, book.kept_cents))} was paid and kept, so no more can be refunded.")
    too_much = min(amount_cents, book.overpaid_cents)
    if amount_cents > too_much and not book.settled:
        raise IllegalMove("The payment is not settled yet: wait a moment.")
    credit = Credit(kind="goodwill", reason=reason, credit_cents=0, payout_cents=0, other_cents=amount_cents - too_much)
    return credited(book, credit, payout_cents=amount_cents)


def give_back(book: Book, amount_cents: int, reason: str) -> Book:
    """Give back money that came too late: the order costs what it cost."""
    credit = Credit(kind="late_charge", reason=reason, credit_cents=0, payout_cents=0)
    return credited(book, credit, payout_cents=amount_cents)


def record_payment(book: Book, amount_cents: int) -> Book:
    """Note money that came by bank transfer, in part or too much.

    Raises:
        Invalid: an amount below one cent.
        IllegalMove: the order is paid by card.
    """
    if amount_cents < 1:
        raise Invalid(errors=[FieldError("amount_cents", "At least one cent.")])
    if amount_cents > MOST_CENTS:
        raise Invalid(errors=[FieldError("amount_cents", "No transfer is that large.")])
    if book.till.method != "invoice":
        raise IllegalMove("The order is paid by card; the provider tells us what comes in.")
    return replace(book, till=replace(book.till, captured_cents=book.till.captured_cents + amount_cents))


def hold(book: Book, reason: str) -> Book:
    """Stop an order until a person has looked."""
    if book.order_status not in {OrderStatus.PENDING, OrderStatus.PROCESSING}:
        raise IllegalMove(f"The order is {book.order_status.value.replace('_', ' ')}, so it cannot be held.")
    return replace(book, hold_reason=reason)


def release(book: Book) -> Book:
    if book.order_status is not OrderStatus.ON_HOLD:
        raise IllegalMove("The order is not on hold.")
    return replace(book, hold_reason=None)


def expire(book: Book) -> Book:
    """End a card order that nobody paid."""
    if book.settled or book.order_status is not OrderStatus.PENDING:
        raise IllegalMove(f"The order is {book.order_status.value}, so it cannot expire.")
    if book.till.method != "card":
        raise IllegalMove("The order is paid by invoice, so it does not expire.")
    if book.till.captured_cents or book.till.authorized_cents:
        raise IllegalMove("Money was authorised, so the order cannot expire.")
    return replace(book, expired=True)


def unpacked(book: Book) -> Pieces:
    """What could still be canceled."""
    return {line.sku: line.unpacked for line in book.lines if line.unpacked}


def newly_canceled(before: Book, after: Book) -> Pieces:
    """The pieces that are canceled in the second book and were not in the first."""
    pairs = zip(before.lines, after.lines, strict=True)
    counts = {new.sku: new.canceled - old.canceled for old, new in pairs}
    return {sku: count for sku, count in counts.items() if count}
