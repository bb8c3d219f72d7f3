"""Adding up an order. Prices contain VAT; rates are basis points (19 % is 1900); amounts are cents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PricedLine:
    """One line's price for all its pieces."""

    gross_cents: int
    vat_bp: int


@dataclass(frozen=True)
class VatLine:
    """What one rate contains, its share of the shipping included."""

    rate_bp: int
    net_cents: int
    vat_cents: int


@dataclass(frozen=True)
class Totals:
    """total = subtotal + shipping = the sum of every rate's net and VAT; the highest rate comes first."""

    subtotal_cents: int
    shipping_cents: int
    total_cents: int
    vat: tuple[VatLine, ...]


def total(lines: Sequence[PricedLine], shipping_cents: int) -> Totals:
    """Add up an order.

    Args:
        lines: what is bought; not empty, nothing below zero.
        shipping_cents: taxed like the goods, so shared out over their rates by gross.
    Raises:
        ValueError: nothing to price, or an amount or rate below zero.
    """
    _check(lines, shipping_cents)
    goods = _gross_by_rate(lines)
    shares = share_out(shipping_cents, goods)
    subtotal_cents = sum(goods.values())
    return Totals(
        subtotal_cents,
        shipping_cents,
        subtotal_cents + shipping_cents,
        tuple(_vat_line(rate_bp, gross + shares[rate_bp]) for rate_bp, gross in goods.items()),
    )


def share_out(amount_cents: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Split an amount by weight without losing a cent: largest remainder, a tie goes to the higher key.

    When all weights are 0 the highest key takes everything.
    """
    if not any(weights.values()):
        weights = {key: int(key == max(weights)) for key in weights}
    weight_sum = sum(weights.values())
    shares = {key: amount_cents * weight // weight_sum for key, weight in weights.items()}
    left_over = amount_cents - sum(shares.values())
    by_remainder = sorted(weights, key=lambda key: (amount_cents * weights[key] % weight_sum, key), reverse=True)
    for key in by_remainder[:left_over]:
        shares[key] += 1
    return shares


def vat_contained(gross_cents: int, rate_bp: int) -> int:
    """Return the VAT inside a gross amount, rounded half up."""
    whole = 10_000 + rate_bp
    return (2 * gross_cents * rate_bp + whole) // (2 * whole)


def _check(lines: Sequence[PricedLine], shipping_cents: int) -> None:
    if not lines:
        raise ValueError("nothing to price")
    if shipping_cents < 0 or any(line.gross_cents < 0 or line.vat_bp < 0 for line in lines):
        raise ValueError("an amount or a rate is below zero")


def _gross_by_rate(lines: Sequence[PricedLine]) -> dict[int, int]:
    rates = sorted({line.vat_bp for line in lines}, reverse=True)
    return {rate: sum(line.gross_cents for line in lines if line.vat_bp == rate) for rate in rates}


def _vat_line(rate_bp: int, gross_cents: int) -> VatLine:
    vat_cents = vat_contained(gross_cents, rate_bp)
    return VatLine(rate_bp, gross_cents - vat_cents, vat_cents)
