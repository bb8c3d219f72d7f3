"""What a credit note is about."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.domain.countries import Address
from shared.domain.pricing import VatLine
from shared.settings import Seller


@dataclass(frozen=True, kw_only=True)
class CreditLine:
    """Pieces of one variant that are credited; gross_cents is for all of them, VAT contained."""

    name: str
    sku: str
    colour: str
    size: str
    quantity: int
    gross_cents: int
    vat_bp: int


@dataclass(frozen=True, kw_only=True)
class CreditNoteData:
    """All that a credit note prints; amounts in cents above zero, VAT contained, days in the shop's time zone.

    Attributes:
        other_cents: credited besides lines and shipping; below zero when lines were credited in part before.
        total_cents: lines + shipping_cents + other_cents = the sum of every rate's net and VAT.
        vat: what each rate's part of the credit contains.
        payout: how payout_cents go back; the rest of the total need not be paid.
        shipping: where the goods went, for the XML; None when that is where the bill goes.
        version: of the fields and the layout.
    """

    number: str
    invoice_number: str
    invoice_issued_on: date
    order_number: str
    issued_on: date
    reason: str
    billing: Address
    lines: tuple[CreditLine, ...]
    shipping_cents: int
    other_cents: int
    total_cents: int
    vat: tuple[VatLine, ...]
    payout: Literal["card", "transfer", "none"]
    payout_cents: int
    seller: Seller
    currency: str
    shipping: Address | None = None
    version: int = 1
