"""Packing, shipping and delivering: pure, see `book`."""

from dataclasses import replace

from shared.domain.book import Book, Parcel, Pieces, check_pieces, with_lines
from shared.domain.moves import IllegalMove
from shared.domain.statuses import OrderStatus


def pack(book: Book, pieces: Pieces) -> Book:
    """Put pieces into a box."""
    _check_open(book, "packed")
    check_pieces(pieces, {line.sku: line.unpacked for line in book.lines}, "packed")
    return with_lines(book, pieces, packed=1)


def unpack(book: Book, pieces: Pieces) -> Book:
    """Take pieces out of their box again."""
    _check_open(book, "unpacked")
    check_pieces(pieces, packed_here(book), "unpacked")
    return with_lines(book, pieces, packed=-1)


def ship(book: Book, parcel: Parcel, *, capture_at_shipment: bool) -> Book:
    """Send packed pieces off; what the card is charged for this parcel is fixed now."""
    _check_open(book, "sent")
    check_pieces(parcel.pieces, packed_here(book), "sent")
    shipped = with_lines(book, parcel.pieces, shipped=1)
    is_charged_now = capture_at_shipment or book.till.authorized_cents > 0  # authorised before the setting changed
    capture_cents = _capture_cents(shipped) if book.till.method == "card" and is_charged_now else 0
    return replace(shipped, parcels=(*book.parcels, replace(parcel, capture_cents=capture_cents)))


def deliver(book: Book, parcel_id: int) -> Book:
    """A parcel has arrived."""
    parcel = next((parcel for parcel in book.parcels if parcel.id == parcel_id), None)
    if parcel is None:
        raise IllegalMove("There is no such parcel.")
    if parcel.delivered:
        raise IllegalMove("This parcel has arrived already.")
    parcels = tuple(replace(each, delivered=each.delivered or each is parcel) for each in book.parcels)
    return replace(with_lines(book, parcel.pieces, delivered=1), parcels=parcels)


def packed_here(book: Book) -> Pieces:
    """What is packed and has not left."""
    return {line.sku: line.packed - line.shipped for line in book.lines}


def _check_open(book: Book, words: str) -> None:
    if book.order_status is not OrderStatus.PROCESSING:
        raise IllegalMove(f"The order is {book.order_status.value.replace('_', ' ')}, so nothing can be {words}.")


def _capture_cents(book: Book) -> int:
    """What this parcel costs beyond what we have: its pieces, first the shipping, and at last whatever is left."""
    is_last = all(line.shipped == line.ordered - line.canceled for line in book.lines)
    goods = sum(line.unit_price_cents * line.shipped for line in book.lines)
    target = book.due_cents if is_last else min(book.due_cents, goods + book.shipping_cents)
    return max(0, target - book.kept_cents)
