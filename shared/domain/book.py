"""An order's book: pieces, parcels, returns, credits and money, and the states that follow from them.

Commands are pure functions from a book to the next one (`fulfilling`, `canceling`, `returning`): they refuse what the
book does not allow, with the reason, and a service writes the difference under the order's lock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from shared.domain.moves import IllegalMove, check_move
from shared.domain.pricing import VatLine
from shared.domain.statuses import (
    FulfillmentStatus,
    Milestones,
    Money,
    OrderStatus,
    PaymentStatus,
    Quantities,
    ReturnedPieces,
    ReturnStatus,
    fulfillment_status,
    is_complete,
    order_status,
    payment_status,
    return_status,
)
from shared.errors import FieldError, Invalid

Pieces = Mapping[str, int]  # SKU -> pieces, each at least one


@dataclass(frozen=True, kw_only=True)
class BookLine:
    """What was bought of one variant. Shipped pieces stay counted as packed, delivered and returned ones as shipped."""

    sku: str
    unit_price_cents: int
    vat_bp: int
    ordered: int
    canceled: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: int = 0
    returned: int = 0

    @property
    def unpacked(self) -> int:
        return self.ordered - self.canceled - self.packed


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """Pieces that left together; capture_cents is taken from the card when it leaves. A new one has no id yet."""

    pieces: Pieces
    carrier: str = ""
    tracking: str = ""
    capture_cents: int = 0
    delivered: bool = False
    id: int = 0


@dataclass(frozen=True, kw_only=True)
class Return:
    """Pieces that a shopper sends back; kind is return or withdrawal, reason one of `returning.REASONS`."""

    kind: str
    reason: str
    pieces: Pieces
    received: Pieces = field(default_factory=dict)
    canceled: bool = False
    id: int = 0

    @property
    def outstanding(self) -> Pieces:
        left = {sku: count - self.received.get(sku, 0) for sku, count in self.pieces.items()}
        return {} if self.canceled else {sku: count for sku, count in left.items() if count}


@dataclass(frozen=True, kw_only=True)
class CreditedLine:
    """Pieces of one variant that are not to be paid, at their full price."""

    sku: str
    quantity: int
    cents: int


@dataclass(frozen=True, kw_only=True)
class Credit:
    """A lower price, what it is for, and the money that goes back for it; amounts in cents, VAT contained.

    Attributes:
        kind: canceled, returned, goodwill, or late_charge.
        other_cents: what no line explains: a goodwill amount, or below zero what had been credited before.
        vat: how much net and VAT of each rate is credited; adds up to credit_cents.
    """

    kind: str
    reason: str
    credit_cents: int
    payout_cents: int
    lines: tuple[CreditedLine, ...] = ()
    shipping_cents: int = 0
    other_cents: int = 0
    vat: tuple[VatLine, ...] = ()
    id: int = 0


@dataclass(frozen=True, kw_only=True)
class Till:
    """The money of an order in cents: what the provider or the bank says, not what we wish.

    Attributes:
        authorized_cents: authorised and still open.
        promised_cents: payouts that were decided and have not gone out.
    """

    method: str = "invoice"
    authorized_cents: int = 0
    captured_cents: int = 0
    refunded_cents: int = 0
    promised_cents: int = 0
    last_voided: bool = False
    last_failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Book:
    """All that decides what may happen to an order next; lines are in SKU order."""

    lines: tuple[BookLine, ...]
    shipping_cents: int
    vat: tuple[VatLine, ...]
    till: Till = field(default_factory=Till)
    parcels: tuple[Parcel, ...] = ()
    returns: tuple[Return, ...] = ()
    credits: tuple[Credit, ...] = ()
    settled: bool = False
    canceled: bool = False
    expired: bool = False
    completed: bool = False
    hold_reason: str | None = None

    @property
    def total_cents(self) -> int:
        return sum(line.unit_price_cents * line.ordered for line in self.lines) + self.shipping_cents

    @property
    def due_cents(self) -> int:
        """What the order costs today; one that expired costs nothing."""
        if self.expired:
            return 0
        return self.total_cents - sum(credit.credit_cents for credit in self.credits)

    @property
    def kept_cents(self) -> int:
        """What we have or will have taken, and will keep: parcels on their way to be charged count."""
        to_capture = sum(parcel.capture_cents for parcel in self.parcels)
        return max(self.till.captured_cents, to_capture) - self.till.refunded_cents - self.till.promised_cents

    @property
    def overpaid_cents(self) -> int:
        return max(0, self.kept_cents - self.due_cents)

    @property
    def wanted(self) -> int:
        """The pieces that are still to reach the shopper, or have."""
        return sum(line.ordered - line.canceled for line in self.lines)

    @property
    def keeps_nothing(self) -> bool:
        """Every piece was canceled or has come back, so that the shipping is not to be paid either."""
        return all(line.returned == line.ordered - line.canceled for line in self.lines)

    @property
    def order_status(self) -> OrderStatus:
        return order_status(
            Milestones(
                canceled=self.canceled,
                expired=self.expired,
                on_hold=self.hold_reason is not None,
                completed=self.completed,
                payment_settled=self.settled,
            )
        )

    @property
    def payment_status(self) -> PaymentStatus:
        till = self.till
        return payment_status(
            Money(
                due_cents=self.due_cents,
                authorized_cents=till.authorized_cents,
                captured_cents=till.captured_cents,
                refunded_cents=till.refunded_cents,
                last_voided=till.last_voided,
                last_failed=till.last_failed,
            )
        )

    @property
    def fulfillment_status(self) -> FulfillmentStatus:
        return fulfillment_status(
            Quantities(
                ordered=line.ordered,
                canceled=line.canceled,
                packed=line.packed,
                shipped=line.shipped,
                delivered=line.delivered,
            )
            for line in self.lines
        )

    @property
    def return_status(self) -> ReturnStatus:
        return return_status(
            ReturnedPieces(
                requested=sum(each.pieces.values()), received=sum(each.received.values()), canceled=each.canceled
            )
            for each in self.returns
        )

    @property
    def is_closed(self) -> bool:
        return self.canceled or self.expired


def changed(before: Book, after: Book) -> Book:
    """Check that every axis may go where `after` is, and complete the order when nothing is left to do.

    Raises:
        IllegalMove: with the axis' own words.
    """
    if not after.completed and _is_complete(after):
        after = replace(after, completed=True)
    check_move(before.order_status, after.order_status)
    check_move(before.payment_status, after.payment_status)
    check_move(before.fulfillment_status, after.fulfillment_status)
    check_move(before.return_status, after.return_status)
    return after


def _is_complete(book: Book) -> bool:
    if book.is_closed or book.hold_reason is not None or not book.settled or book.till.promised_cents:
        return False
    is_free = book.due_cents == 0 and book.till.captured_cents == 0  # everything came back before it was paid
    payment = PaymentStatus.REFUNDED if is_free else book.payment_status
    return is_complete(payment, book.fulfillment_status, book.return_status)


def with_lines(book: Book, pieces: Pieces, **deltas: int) -> Book:
    """Add so many pieces of each SKU, times each delta, to the named quantities: `with_lines(book, p, packed=1)`."""
    lines = tuple(
        replace(line, **{name: getattr(line, name) + sign * pieces.get(line.sku, 0) for name, sign in deltas.items()})
        for line in book.lines
    )
    return replace(book, lines=lines)


def check_pieces(pieces: Pieces, available: Pieces, words: str) -> None:
    """Refuse pieces that are not there.

    Args:
        available: SKU -> how many there are; a missing SKU is not part of this order.
        words: what cannot be done with more: "packed", "canceled" …
    Raises:
        Invalid: nothing chosen, an unknown SKU, or a count below one, each named by its field.
        IllegalMove: more than there are.
    """
    faults = [FieldError(f"pieces.{sku}", "This is not part of the order.") for sku in pieces if sku not in available]
    faults += [FieldError(f"pieces.{sku}", "At least one.") for sku, count in pieces.items() if count < 1]
    if not pieces:
        faults.append(FieldError("pieces", "Choose at least one piece."))
    if faults:
        raise Invalid(errors=faults)
    for sku, count in sorted(pieces.items()):
        if count > available[sku]:
            raise IllegalMove(f"Only {available[sku]} of {sku} can be {words}, not {count}.")


def added(first: Pieces, second: Pieces) -> dict[str, int]:
    return {sku: first.get(sku, 0) + second.get(sku, 0) for sku in {**first, **second}}


def gathered(all_pieces: Iterable[Pieces]) -> dict[str, int]:
    total: dict[str, int] = {}
    for pieces in all_pieces:
        total = added(total, pieces)
    return total
