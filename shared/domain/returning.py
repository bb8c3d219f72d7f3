"""Returns and the withdrawal from the contract: pure, see `book`."""

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.book import Book, Credit, Pieces, Return, added, check_pieces, gathered, with_lines
from shared.domain.canceling import cancel, unpacked
from shared.domain.crediting import credited, lines_of, shipping_left_cents
from shared.domain.fulfilling import packed_here
from shared.domain.moves import IllegalMove
from shared.domain.statuses import OrderStatus
from shared.errors import FieldError, Invalid

REASONS: Mapping[str, str] = {
    "too_small": "Too small",
    "too_large": "Too large",
    "not_as_shown": "Not as shown",
    "damaged": "Damaged",
    "changed_mind": "Changed my mind",
}
WITHDRAWAL = "withdrawal"


def returnable(book: Book) -> Pieces:
    """What has arrived, and is neither back nor announced."""
    return _not_back(book, {line.sku: line.delivered for line in book.lines})


def request_return(book: Book, pieces: Pieces, reason: str) -> Book:
    """Announce that pieces come back.

    Raises:
        Invalid: an unknown reason, or pieces that are not part of the order.
        IllegalMove: more than has arrived and is not on its way back.
    """
    if reason not in REASONS:
        raise Invalid(errors=[FieldError("reason", "Choose one of the reasons.")])
    _check_alive(book)
    available = {line.sku: 0 for line in book.lines} | dict(returnable(book))
    check_pieces(pieces, available, "returned")
    return replace(book, returns=(*book.returns, Return(kind="return", reason=reason, pieces=dict(pieces))))


def withdraw(book: Book) -> Book:
    """Withdraw from the contract: what has not left is canceled, what has comes back.

    Raises:
        IllegalMove: nothing is left to withdraw from.
    """
    _check_alive(book)
    here = {sku: count for sku, count in packed_here(book).items() if count}
    after = with_lines(book, here, packed=-1)
    gone = _not_back(after, {line.sku: line.shipped for line in after.lines})
    rest = unpacked(after)
    if not gone and not rest:
        raise IllegalMove("Everything has been canceled, or is on its way back already.")
    after = replace(after, hold_reason=None)
    if gone:
        after = replace(after, returns=(*after.returns, Return(kind=WITHDRAWAL, reason="changed_mind", pieces=gone)))
    return cancel(after, rest, "Withdrawn from the contract") if rest else after


def cancel_return(book: Book, return_id: int) -> Book:
    """The shopper keeps the pieces after all."""
    found = _find(book, return_id)
    if found.received:
        raise IllegalMove("Some of it has come back already.")
    return _with(book, found, replace(found, canceled=True))


def receive(book: Book, return_id: int, pieces: Pieces) -> Book:
    """Pieces have come back: they are credited, and the shipping too once nothing is kept."""
    found = _find(book, return_id)
    available = dict.fromkeys(found.pieces, 0) | dict(found.outstanding)
    check_pieces(pieces, available, "received")
    after = _with(book, found, replace(found, received=added(found.received, pieces)))
    after = with_lines(after, pieces, returned=1)
    credit = Credit(
        kind="returned",
        reason=REASONS[found.reason] if found.kind == "return" else "Withdrawn from the contract",
        credit_cents=0,
        payout_cents=0,
        lines=lines_of(book, pieces),
        shipping_cents=shipping_left_cents(book) if after.keeps_nothing else 0,
    )
    return credited(after, credit)


def _not_back(book: Book, counts: Pieces) -> Pieces:
    announced = gathered(each.outstanding for each in book.returns)
    left = {line.sku: counts[line.sku] - line.returned - announced.get(line.sku, 0) for line in book.lines}
    return {sku: count for sku, count in left.items() if count > 0}


def _check_alive(book: Book) -> None:
    if book.order_status in {OrderStatus.CANCELED, OrderStatus.EXPIRED}:
        raise IllegalMove(f"The order is {book.order_status.value}.")


def _find(book: Book, return_id: int) -> Return:
    found = next((each for each in book.returns if each.id == return_id), None)
    if found is None:
        raise IllegalMove("There is no such return.")
    if found.canceled:
        raise IllegalMove("This return was canceled.")
    return found


def _with(book: Book, old: Return, new: Return) -> Book:
    return replace(book, returns=tuple(new if each is old else each for each in book.returns))
