"""Net amounts for Factur-X (EN 16931), from prices that contain VAT: cents, pure.

The standard counts from net to gross, the shop from gross to net, and the two cannot always meet: at 19 % no net amount
makes 3 cents gross. The VAT of each rate is what the invoice says, to the cent. The net amount is the nearest that has
just this VAT by the standard's rule (BR-CO-17); the cents that are then missing are the rounding amount (BT-114).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.pricing import PricedLine, VatLine, share_out, vat_contained


@dataclass(frozen=True, kw_only=True)
class RateNets:
    """One rate's part; line_cents in the order of its goods.

    Attributes:
        base_cents: what the rate is applied to (BT-116) = all lines + extra_cents.
        extra_cents: what is charged besides the goods, as delivery; below zero when it is taken off.
    """

    rate_bp: int
    base_cents: int
    vat_cents: int
    line_cents: tuple[int, ...]
    extra_cents: int


@dataclass(frozen=True, kw_only=True)
class Nets:
    """All of a document; line_cents in the order of its goods, total_cents is what it comes to for the buyer."""

    rates: tuple[RateNets, ...]
    line_cents: tuple[int, ...]
    total_cents: int

    @property
    def charge_cents(self) -> int:
        return sum(max(0, rate.extra_cents) for rate in self.rates)

    @property
    def allowance_cents(self) -> int:
        return sum(max(0, -rate.extra_cents) for rate in self.rates)

    @property
    def base_cents(self) -> int:
        return sum(rate.base_cents for rate in self.rates)

    @property
    def vat_cents(self) -> int:
        return sum(rate.vat_cents for rate in self.rates)

    @property
    def grand_cents(self) -> int:
        return self.base_cents + self.vat_cents

    @property
    def rounding_cents(self) -> int:
        return self.total_cents - self.grand_cents


def nets_of(goods: Sequence[PricedLine], vat: Sequence[VatLine]) -> Nets:
    """Take a document's goods apart.

    Args:
        vat: what each rate contains; its gross may differ from that of the goods, by delivery or what is taken off.
    """
    known = {line.rate_bp for line in vat}
    unnamed = sorted({line.vat_bp for line in goods} - known, reverse=True)
    rates = tuple(_rate_nets(goods, line) for line in (*vat, *(VatLine(rate_bp, 0, 0) for rate_bp in unnamed)))
    left = {rate.rate_bp: iter(rate.line_cents) for rate in rates}
    return Nets(
        rates=rates,
        line_cents=tuple(next(left[line.vat_bp]) for line in goods),
        total_cents=sum(line.net_cents + line.vat_cents for line in vat),
    )


def taxable_cents(line: VatLine) -> int:
    """Return the net amount nearest to the line's whose VAT, rounded half up, is the line's."""
    if not line.rate_bp:
        return line.net_cents
    lowest = -((10_000 - 20_000 * line.vat_cents) // (2 * line.rate_bp))
    highest = (20_000 * line.vat_cents + 10_000 - 1) // (2 * line.rate_bp)
    return min(max(line.net_cents, lowest), highest)


def _rate_nets(goods: Sequence[PricedLine], line: VatLine) -> RateNets:
    base_cents = taxable_cents(line)
    grosses = [good.gross_cents for good in goods if good.vat_bp == line.rate_bp]
    lines = _line_nets(grosses, line, base_cents)
    return RateNets(
        rate_bp=line.rate_bp,
        base_cents=base_cents,
        vat_cents=line.vat_cents,
        line_cents=lines,
        extra_cents=base_cents - sum(lines),
    )


def _line_nets(grosses: Sequence[int], line: VatLine, base_cents: int) -> tuple[int, ...]:
    """Share the base out by gross over goods and charges; goods from which something is taken off keep their own."""
    whole = sum(grosses)
    extra = line.net_cents + line.vat_cents - whole
    if extra < 0:
        return _shared(whole - vat_contained(whole, line.rate_bp), grosses)
    return _shared(base_cents, [*grosses, extra])[: len(grosses)]


def _shared(amount_cents: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Each share differs from the exact one by less than a cent; what weighs nothing gets nothing."""
    heavy = {index: weight for index, weight in enumerate(weights) if weight}
    shares = share_out(amount_cents, heavy) if heavy else {}
    return tuple(shares.get(index, 0) for index in range(len(weights)))
