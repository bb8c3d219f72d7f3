"""Random lives of orders: every command, allowed or not, against a model and against what must never happen."""

import random
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import canceling, fulfilling, returning
from shared.domain.book import Book, BookLine, Parcel, changed
from shared.domain.moves import NEXT_FULFILLMENT, NEXT_ORDER, NEXT_PAYMENT, NEXT_RETURN
from shared.domain.pricing import PricedLine, total
from shared.errors import ShopError
from tests.order_model import BACK, CANCELED, DELIVERED, OPEN, PACKED, SHIPPED, Model, Piece, differences

RUNS, STEPS = 1000, 50


@dataclass
class Life:
    """One order, and the model beside it; chance decides what is tried."""

    chance: random.Random
    book: Book
    model: Model
    done: int = 0

    def step(self) -> None:
        """Try one command; what is refused must leave the book as it was."""
        before = self.book
        name = self.chance.choices(COMMANDS, WEIGHTS)[0]
        try:
            after = getattr(self, f"_{name}")()
        except ShopError:
            assert self.book is before
            return
        if after is None:
            return
        self.book = _with_ids(changed(before, after))
        self.done += 1
        self._check(before)

    def pieces(self) -> dict[str, int]:
        chosen = [line for line in self.book.lines if self.chance.random() < 0.4]
        return {line.sku: self.chance.choice([1, 1, 1, 1, 2, 3, 0]) for line in chosen}

    def _pack(self) -> Book:
        pieces = self.pieces()
        after = fulfilling.pack(self.book, pieces)
        assert self.model.move(pieces, lambda p: p.state == OPEN, lambda p: setattr(p, "state", PACKED))
        return after

    def _unpack(self) -> Book:
        pieces = self.pieces()
        after = fulfilling.unpack(self.book, pieces)
        assert self.model.move(pieces, lambda p: p.state == PACKED, lambda p: setattr(p, "state", OPEN))
        return after

    def _ship(self) -> Book:
        pieces, parcel = self.pieces(), len(self.book.parcels)
        after = fulfilling.ship(self.book, Parcel(pieces=pieces), capture_at_shipment=True)

        def leave(piece: Piece) -> None:
            piece.state, piece.parcel = SHIPPED, parcel

        assert self.model.move(pieces, lambda p: p.state == PACKED, leave)
        return after

    def _capture(self) -> Book | None:
        """The provider has taken what a parcel costs."""
        to_take = sum(parcel.capture_cents for parcel in self.book.parcels)
        if self.book.till.method != "card" or to_take == self.book.till.captured_cents:
            return None
        return replace(self.book, till=replace(self.book.till, captured_cents=to_take, authorized_cents=0))

    def _deliver(self) -> Book:
        parcel = self.chance.randint(1, max(1, len(self.book.parcels)))
        after = fulfilling.deliver(self.book, parcel)
        for piece in self.model.pieces:
            if piece.parcel == parcel - 1 and piece.state == SHIPPED:
                piece.state = DELIVERED
        return after

    def _cancel(self) -> Book:
        pieces = self.pieces()
        after = canceling.cancel(self.book, pieces, "Not wanted")
        assert self.model.move(pieces, lambda p: p.state == OPEN, lambda p: setattr(p, "state", CANCELED))
        return after

    def _cancel_all(self) -> Book:
        after = canceling.cancel_all(self.book, "Not wanted")
        for piece in self.model.pieces:
            piece.state = CANCELED
        return after

    def _refund(self) -> Book:
        amount = self.chance.randint(-1, 3000)
        after = canceling.refund(self.book, amount, "Sorry")
        self.model.goodwill_cents += after.credits[-1].credit_cents
        return after

    def _request_return(self) -> Book:
        pieces, ref = self.pieces(), len(self.book.returns)
        if self.chance.random() < 0.7:
            pieces = dict(returning.returnable(self.book))
        after = returning.request_return(self.book, pieces, self.chance.choice([*returning.REASONS, "bored"]))
        fits = lambda p: p.state == DELIVERED and p.announced is None  # noqa: E731
        assert self.model.move(pieces, fits, lambda p: setattr(p, "announced", ref))
        return after

    def _withdraw(self) -> Book:
        ref = len(self.book.returns)
        after = returning.withdraw(self.book)
        for piece in self.model.pieces:
            if piece.state in (OPEN, PACKED):
                piece.state = CANCELED
            elif piece.state in (SHIPPED, DELIVERED) and piece.announced is None:
                piece.announced = ref
        return after

    def _cancel_return(self) -> Book:
        ref = self.chance.randint(1, max(1, len(self.book.returns)))
        after = returning.cancel_return(self.book, ref)
        for piece in self.model.pieces:
            piece.announced = None if piece.announced == ref - 1 else piece.announced
        return after

    def _receive(self) -> Book:
        ref, pieces = self.chance.randint(1, max(1, len(self.book.returns))), self.pieces()
        if self.book.returns and self.chance.random() < 0.7:
            pieces = dict.fromkeys(self.book.returns[ref - 1].pieces, 1)
        after = returning.receive(self.book, ref, pieces)
        fits = lambda p: p.announced == ref - 1 and p.state != BACK  # noqa: E731
        assert self.model.move(pieces, fits, lambda p: setattr(p, "state", BACK))
        return after

    def _hold(self) -> Book:
        return canceling.hold(self.book, "Looks odd")

    def _release(self) -> Book:
        return canceling.release(self.book)

    def _expire(self) -> Book:
        return canceling.expire(self.book)

    def _settle(self) -> Book | None:
        """The payment step is done; a card is authorised for all of it."""
        if self.book.settled or self.book.is_closed:
            return None
        authorized = self.book.total_cents if self.book.till.method == "card" else 0
        return replace(self.book, settled=True, till=replace(self.book.till, authorized_cents=authorized))

    def _record_payment(self) -> Book:
        return canceling.record_payment(self.book, self.chance.randint(0, 20_000))

    def _pay_out(self) -> Book | None:
        till = self.book.till
        if not till.promised_cents or till.captured_cents - till.refunded_cents < till.promised_cents:
            return None
        given = till.refunded_cents + till.promised_cents
        return replace(self.book, till=replace(till, refunded_cents=given, promised_cents=0))

    def _check(self, before: Book) -> None:
        book = self.book
        assert differences(book, self.model) == []
        for line in book.lines:
            assert 0 <= line.delivered <= line.shipped <= line.packed <= line.ordered - line.canceled <= line.ordered
            assert 0 <= line.returned <= line.shipped
        assert 0 <= book.due_cents <= book.total_cents
        assert book.till.refunded_cents + book.till.promised_cents <= _taken(book)
        for credit in book.credits:
            assert sum(x.net_cents + x.vat_cents for x in credit.vat) == credit.credit_cents
            assert (
                sum(x.cents for x in credit.lines) + credit.shipping_cents + credit.other_cents == credit.credit_cents
            )
            assert all(x.net_cents >= 0 and x.vat_cents >= 0 for x in credit.vat)
        if book.due_cents == 0 and not book.expired:
            assert _vat_credited(book) == {line.rate_bp: line.vat_cents for line in book.vat if line.vat_cents}
        self._check_due()
        _assert_moved_as_the_tables_say(before, book)

    def _check_due(self) -> None:
        """With two rates a goodwill amount stays with the goods it was shared out to, also when these are canceled."""
        if self.book.expired:
            assert self.book.due_cents == 0
        elif len(self.book.vat) == 1:
            assert self.book.due_cents == self.model.due_cents
        else:
            assert self.book.due_cents >= self.model.due_cents


COMMANDS = [
    name[1:] for name in vars(Life) if name.startswith("_") and name[1:2] != "_" and not name.startswith("_check")
]


RARE = {"cancel_all", "withdraw", "expire", "hold"}  # each ends or stops most lives, so that little would follow
ONWARD = {"settle", "pack", "ship", "deliver", "capture", "record_payment"}  # the way to a completed order
WEIGHTS = [1 if name in RARE else 24 if name in ONWARD else 12 for name in COMMANDS]


def _taken(book: Book) -> int:
    return max(book.till.captured_cents, sum(parcel.capture_cents for parcel in book.parcels))


def _vat_credited(book: Book) -> dict[int, int]:
    found: dict[int, int] = {}
    for credit in book.credits:
        for line in credit.vat:
            found[line.rate_bp] = found.get(line.rate_bp, 0) + line.vat_cents
    return {rate: cents for rate, cents in found.items() if cents}


def _assert_moved_as_the_tables_say(before: Book, after: Book) -> None:
    for axis, table in (
        ("order_status", NEXT_ORDER),
        ("payment_status", NEXT_PAYMENT),
        ("fulfillment_status", NEXT_FULFILLMENT),
        ("return_status", NEXT_RETURN),
    ):
        old, new = getattr(before, axis), getattr(after, axis)
        assert old == new or new in table[old], (axis, old, new)


def _with_ids(book: Book) -> Book:
    """What the database does: number what is new, from 1."""
    return replace(
        book,
        parcels=tuple(replace(each, id=number) for number, each in enumerate(book.parcels, 1)),
        returns=tuple(replace(each, id=number) for number, each in enumerate(book.returns, 1)),
        credits=tuple(replace(each, id=number) for number, each in enumerate(book.credits, 1)),
    )


def a_life(seed: int) -> Life:
    chance = random.Random(seed)
    lines = tuple(
        BookLine(
            sku=f"SKU-{number}",
            unit_price_cents=chance.randint(1, 9000),
            vat_bp=chance.choice([700, 1900]),
            ordered=chance.randint(1, 4),
        )
        for number in range(chance.randint(1, 4))
    )
    shipping_cents = chance.choice([0, 490, 990])
    priced = total([PricedLine(line.unit_price_cents * line.ordered, line.vat_bp) for line in lines], shipping_cents)
    book = Book(lines=lines, shipping_cents=shipping_cents, vat=priced.vat)
    book = replace(book, till=replace(book.till, method=chance.choice(["invoice", "card"])))
    pieces = [Piece(line.sku, line.unit_price_cents) for line in lines for _ in range(line.ordered)]
    return Life(chance, book, Model(pieces, shipping_cents))


@settings(max_examples=RUNS, database=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_whatever_is_tried_in_whatever_order_the_book_and_the_model_agree(seed: int) -> None:
    life = a_life(seed)

    for _ in range(STEPS):
        life.step()


def test_the_random_lives_reach_every_command() -> None:
    lives = [a_life(seed) for seed in range(200)]

    for life in lives:
        for _ in range(STEPS):
            life.step()

    assert sum(life.done for life in lives) > 1000
    assert {life.book.order_status for life in lives} >= {"processing", "completed", "canceled", "expired", "on_hold"}
    assert {life.book.payment_status for life in lives} >= {"paid", "refunded", "partially_refunded", "voided"}
    assert {life.book.return_status for life in lives} >= {"none", "requested", "received", "partially_received"}


def test_shipping_goes_back_when_the_last_pieces_are_canceled_after_the_others_came_back() -> None:
    book = Book(
        lines=(BookLine(sku="A", unit_price_cents=1000, vat_bp=1900, ordered=2, packed=1, shipped=1, delivered=1),),
        shipping_cents=490,
        vat=total([PricedLine(2000, 1900)], 490).vat,
        settled=True,
    )
    back = returning.receive(_with_ids(returning.request_return(book, {"A": 1}, "too_small")), 1, {"A": 1})

    after = canceling.cancel(back, {"A": 1}, "Not wanted")

    assert [credit.credit_cents for credit in after.credits] == [1000, 1490]
    assert after.due_cents == 0
