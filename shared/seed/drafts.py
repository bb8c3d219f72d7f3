"""Orders as they might have come in over the last 90 days: what was bought, and how far each of them is."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shared.domain.numbers import new_order_number
from shared.domain.pricing import PricedLine, Totals, total, vat_contained
from shared.domain.shipping import ShippingMethod, ShippingPrices

DAYS = 90
SETTLING = timedelta(hours=2)  # the youngest order is so old: everything about it is done
SHIPPED_AFTER, CLOSED_AFTER = timedelta(days=3), timedelta(days=12)
CARDS = 0.6  # how many pay by card
COUNTS = (1, 1, 1, 2, 2, 3)  # lines an order
QUANTITIES = (1, 1, 1, 1, 2)
FATES = (("delivered", 85), ("returned", 5), ("canceled", 5), ("expired", 5))


@dataclass(frozen=True, kw_only=True)
class DraftLine:
    """variant: a row of `variants_on_sale`."""

    variant: Mapping[str, Any]
    quantity: int
    is_returned: bool = False

    @property
    def cents(self) -> int:
        return self.quantity * int(self.variant["unit_price_cents"])


@dataclass(frozen=True, kw_only=True)
class Draft:
    """fate: processing, shipped, delivered, returned (its first line), canceled, or expired."""

    number: str
    serial: int
    fate: str
    method: str
    shipping_method: str
    placed_at: datetime
    lines: Sequence[DraftLine]
    totals: Totals

    @property
    def provider_ref(self) -> str:
        """As `seeded_orders.PAYMENTS` makes it."""
        return f"auth_{hashlib.sha256(self.number.encode()).hexdigest()[:24]}"

    @property
    def credit_cents(self) -> int:
        if self.fate == "canceled":
            return self.totals.total_cents
        return sum(line.cents for line in self.lines if line.is_returned)

    @property
    def payout_cents(self) -> int:
        return self.credit_cents if self.method == "card" else 0

    @property
    def due_cents(self) -> int:
        return 0 if self.fate == "expired" else self.totals.total_cents - self.credit_cents

    def credit_contents(self) -> str:
        """What the credit note prints, as the database keeps it."""
        is_all = self.fate == "canceled"
        credited = [line for line in self.lines if is_all or line.is_returned]
        lines = [{"sku": line.variant["sku"], "quantity": line.quantity, "cents": line.cents} for line in credited]
        return json.dumps(
            {
                "lines": lines,
                "shipping_cents": self.totals.shipping_cents if is_all else 0,
                "other_cents": 0,
                "vat": vat_rows(self.totals) if is_all else [_vat_of(line) for line in credited],
            }
        )


def vat_rows(totals: Totals) -> list[list[int]]:
    return [[line.rate_bp, line.net_cents, line.vat_cents] for line in totals.vat]


@dataclass(frozen=True)
class Drawing:
    """What drafts are drawn from."""

    variants: Sequence[Mapping[str, Any]]
    shipping: ShippingPrices
    now: datetime
    random: Random

    def draw(self, serial: int) -> Draft:
        age = SETTLING + self.random.random() * (timedelta(days=DAYS) - SETTLING)
        method = "card" if self.random.random() < CARDS else "invoice"
        picked = self.random.sample(self.variants, min(len(self.variants), self.random.choice(COUNTS)))
        fate = self._fate(age, method, len(picked))
        lines = [
            DraftLine(
                variant=variant,
                quantity=self.random.choice(QUANTITIES),
                is_returned=fate == "returned" and position == 0,
            )
            for position, variant in enumerate(picked)
        ]
        priced = [PricedLine(line.cents, line.variant["vat_bp"]) for line in lines]
        shipping = ShippingMethod.EXPRESS if self.random.random() < 0.1 else ShippingMethod.STANDARD
        return Draft(
            number=new_order_number(),
            serial=serial,
            fate=fate,
            method=method,
            shipping_method=shipping,
            placed_at=self.now - age,
            lines=lines,
            totals=total(priced, self.shipping.cents(shipping, sum(line.gross_cents for line in priced))),
        )

    def _fate(self, age: timedelta, method: str, lines: int) -> str:
        if age < CLOSED_AFTER:
            return "processing" if age < SHIPPED_AFTER else "shipped"
        fate = self.random.choices([name for name, _ in FATES], [weight for _, weight in FATES])[0]
        is_possible = {"expired": method == "card", "returned": method == "card" and lines > 1}
        return fate if is_possible.get(fate, True) else "delivered"


def _vat_of(line: DraftLine) -> list[int]:
    rate: int = line.variant["vat_bp"]
    vat_cents = vat_contained(line.cents, rate)
    return [rate, line.cents - vat_cents, vat_cents]
