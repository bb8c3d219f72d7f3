"""A cart with what the catalogue says of its lines: what the cart's page, the checkout and the API show."""

from dataclasses import dataclass

CURRENCY = "EUR"


@dataclass(frozen=True, kw_only=True)
class CartLine:
    """One variant in the cart; money in cents, VAT contained."""

    sku: str
    slug: str
    name: str
    colour: str
    size: str
    picture: str
    vat_bp: int
    quantity: int
    unit_price_cents: int
    stock: int
    withdrawn: bool = False

    @property
    def line_total_cents(self) -> int:
        return self.quantity * self.unit_price_cents

    @property
    def available(self) -> int:
        """How many can be bought, capped at 99 so that nobody reads the exact stock."""
        return 0 if self.withdrawn else min(self.stock, 99)


@dataclass(frozen=True, kw_only=True)
class PricedCart:
    """Lines in the order in which they were added; revision 0 means that there is no cart."""

    id: str | None
    revision: int
    lines: tuple[CartLine, ...]

    @property
    def subtotal_cents(self) -> int:
        return sum(line.line_total_cents for line in self.lines)

    @property
    def item_count(self) -> int:
        return sum(line.quantity for line in self.lines)
