"""What sending a parcel costs."""

from dataclasses import dataclass
from enum import StrEnum


class ShippingMethod(StrEnum):
    STANDARD = "standard"
    EXPRESS = "express"


@dataclass(frozen=True)
class ShippingPrices:
    """Prices in cents, VAT contained; standard costs nothing from a subtotal of free_from_cents."""

    standard_cents: int
    free_from_cents: int
    express_cents: int

    def cents(self, method: ShippingMethod, subtotal_cents: int) -> int:
        """Price one order's shipping. Express is never free."""
        if method is ShippingMethod.EXPRESS:
            return self.express_cents
        return 0 if subtotal_cents >= self.free_from_cents else self.standard_cents
