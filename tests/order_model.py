"""A naive model of an order, to hold the real rules against: every single piece is an object with one state."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.domain.book import Book, Pieces

OPEN, PACKED, SHIPPED, DELIVERED, CANCELED, BACK = "open", "packed", "shipped", "delivered", "canceled", "back"


@dataclass(eq=False)
class Piece:
    sku: str
    cents: int
    state: str = OPEN
    parcel: int | None = None
    announced: int | None = None  # the return it is to come back in


@dataclass
class Model:
    """What happened to each piece, and the money that went either way."""

    pieces: list[Piece]
    shipping_cents: int
    paid_cents: int = 0
    promised_cents: int = 0
    goodwill_cents: int = 0

    def move(self, wanted: Pieces, fits: Callable[[Piece], bool], change: Callable[[Piece], None]) -> bool:
        """Change so many pieces of each SKU that fit, or none if there are too few."""
        chosen: list[Piece] = []
        for sku, count in wanted.items():
            found = [piece for piece in self.pieces if piece.sku == sku and fits(piece)][:count]
            if len(found) < count or count < 1:
                return False
            chosen += found
        for piece in chosen:
            change(piece)
        return bool(chosen)

    def count(self, sku: str, states: Iterable[str]) -> int:
        return sum(piece.sku == sku and piece.state in states for piece in self.pieces)

    @property
    def due_cents(self) -> int:
        kept = [piece for piece in self.pieces if piece.state not in (CANCELED, BACK)]
        full = sum(piece.cents for piece in kept) + (self.shipping_cents if kept else 0)
        return max(0, full - self.goodwill_cents)


@dataclass
class Differences:
    """Where book and model say different things."""

    found: list[str] = field(default_factory=list)

    def compare(self, what: str, ours: object, models: object) -> None:
        if ours != models:
            self.found.append(f"{what}: {ours!r}, the model says {models!r}")


def differences(book: Book, model: Model) -> list[str]:
    """Hold every quantity of the book against the pieces."""
    seen = Differences()
    for line in book.lines:
        count = model.count
        seen.compare("canceled", line.canceled, count(line.sku, [CANCELED]))
        seen.compare("packed", line.packed, count(line.sku, [PACKED, SHIPPED, DELIVERED, BACK]))
        seen.compare("shipped", line.shipped, count(line.sku, [SHIPPED, DELIVERED, BACK]))
        seen.compare("returned", line.returned, count(line.sku, [BACK]))
        at_home = sum(
            piece.sku == line.sku and piece.parcel is not None and book.parcels[piece.parcel].delivered
            for piece in model.pieces
        )
        seen.compare("delivered", line.delivered, at_home)
    return seen.found
