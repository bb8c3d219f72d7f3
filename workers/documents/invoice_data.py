"""What an invoice is about."""

from dataclasses import dataclass
from datetime import date

from shared.domain.countries import Address
from shared.domain.pricing import VatLine
from shared.settings import Seller


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """One variant as it was bought; the price is for one piece, in cents, VAT contained."""

    name: str
    sku: str
    colour: str
    size: str
    quantity: int
    unit_price_cents: int
    vat_bp: int

    @property
    def total_cents(self) -> int:
        return self.quantity * self.unit_price_cents


@dataclass(frozen=True, kw_only=True)
class InvoiceData:
    """All that an invoice prints; amounts in cents, VAT contained, days in the shop's time zone.

    Attributes:
        due_on: until when to transfer the total; None when paid by card.
        supplied_on: when the goods were supplied; None when that is not known yet, as before the parcel leaves.
        version: of the fields and the layout. 1 had neither a date of supply nor Factur-X, and is rendered without.
    """

    number: str
    order_number: str
    issued_on: date
    placed_on: date
    due_on: date | None
    paid_by_card: bool
    billing: Address
    shipping: Address
    lines: tuple[InvoiceLine, ...]
    shipping_cents: int
    shipping_method: str
    subtotal_cents: int
    total_cents: int
    vat: tuple[VatLine, ...]
    seller: Seller
    currency: str
    supplied_on: date | None = None
    version: int = 2
