from hypothesis import given
from hypothesis import strategies as st

from shared.domain.pricing import PricedLine, VatLine, total
from workers.documents.facturx_amounts import Nets, nets_of, taxable_cents

RATES = st.sampled_from((0, 550, 700, 1900, 2000, 2500))
GOODS = st.lists(st.builds(PricedLine, st.integers(0, 5_000_000), RATES), min_size=1, max_size=100)
CENTS = st.integers(0, 2000)


def check_sums(nets: Nets, goods: list[PricedLine]) -> None:
    """The sums that EN 16931 asks for, without the tolerance that its checkers grant."""
    for rate in nets.rates:
        assert rate.base_cents == sum(rate.line_cents) + rate.extra_cents
        assert rate.vat_cents == (2 * rate.base_cents * rate.rate_bp + 10_000) // 20_000
    assert len(nets.line_cents) == len(goods)
    assert nets.base_cents == sum(nets.line_cents) + nets.charge_cents - nets.allowance_cents
    assert nets.total_cents == nets.base_cents + nets.vat_cents + nets.rounding_cents


@given(GOODS, st.sampled_from((0, 1, 490, 990)))
def test_an_invoice_adds_up_from_its_net_amounts(goods: list[PricedLine], shipping_cents: int) -> None:
    totals = total(goods, shipping_cents)

    nets = nets_of(goods, totals.vat)

    check_sums(nets, goods)
    assert [rate.vat_cents for rate in nets.rates] == [line.vat_cents for line in totals.vat]
    assert nets.total_cents == totals.total_cents
    assert abs(nets.rounding_cents) <= len(totals.vat)
    assert nets.allowance_cents == 0
    assert shipping_cents or nets.charge_cents == 0


@given(GOODS)
def test_a_line_is_within_two_cents_of_its_exact_net_amount(goods: list[PricedLine]) -> None:
    nets = nets_of(goods, total(goods, 0).vat)

    for good, net_cents in zip(goods, nets.line_cents, strict=True):
        assert abs(net_cents * (10_000 + good.vat_bp) - good.gross_cents * 10_000) < 2 * (10_000 + good.vat_bp)


@given(GOODS, st.dictionaries(RATES, st.tuples(CENTS, st.integers(-3, 3))))
def test_a_credit_adds_up_even_when_it_is_less_than_its_lines(
    goods: list[PricedLine], left: dict[int, tuple[int, int]]
) -> None:
    vat = [VatLine(rate, gross - gross // 6 - off, gross // 6 + off) for rate, (gross, off) in left.items() if rate]

    nets = nets_of(goods, vat)

    check_sums(nets, goods)
    assert nets.total_cents == sum(line.net_cents + line.vat_cents for line in vat)


def test_three_cents_at_19_percent_are_two_and_a_rounding_of_one() -> None:
    totals = total([PricedLine(3, 1900)], 0)

    nets = nets_of([PricedLine(3, 1900)], totals.vat)

    assert totals.vat == (VatLine(1900, 3, 0),)
    assert (nets.line_cents, nets.vat_cents, nets.rounding_cents, nets.total_cents) == ((2,), 0, 1, 3)


def test_the_nearest_net_amount_is_the_lines_own_where_that_fits() -> None:
    assert taxable_cents(VatLine(1900, 7479, 1421)) == 7479
    assert taxable_cents(VatLine(1900, 3, 0)) == 2
    assert taxable_cents(VatLine(0, 500, 0)) == 500
