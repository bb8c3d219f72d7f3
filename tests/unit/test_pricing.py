from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.pricing import PricedLine, Totals, VatLine, share_out, total, vat_contained

amounts = st.integers(min_value=0, max_value=10_000_000)
rates = st.sampled_from([0, 250, 700, 1000, 1900, 2550, 2700])
lines = st.lists(st.builds(PricedLine, amounts, rates), min_size=1, max_size=100)


def test_a_coat_at_19_percent_contains_its_vat_and_that_of_its_shipping() -> None:
    totals = total([PricedLine(5990, 1900)], shipping_cents=490)

    assert totals == Totals(5990, 490, 6480, (VatLine(rate_bp=1900, net_cents=5445, vat_cents=1035),))


def test_shipping_is_shared_out_over_two_rates_by_gross_and_the_higher_rate_comes_first() -> None:
    totals = total([PricedLine(1000, 700), PricedLine(2000, 1900)], shipping_cents=490)

    assert totals.total_cents == 3490
    assert totals.vat == (VatLine(1900, 1955, 372), VatLine(700, 1087, 76))


def test_vat_is_rounded_once_an_order_and_not_once_a_line() -> None:
    by_line = 3 * vat_contained(3, 1900)

    totals = total([PricedLine(3, 1900)] * 3, shipping_cents=0)

    assert by_line == 0
    assert totals.vat == (VatLine(1900, net_cents=8, vat_cents=1),)


@pytest.mark.parametrize(("gross_cents", "rate_bp", "vat_cents"), [(3, 10_000, 2), (1, 10_000, 1), (119, 1900, 19)])
def test_half_a_cent_is_rounded_up(gross_cents: int, rate_bp: int, vat_cents: int) -> None:
    assert vat_contained(gross_cents, rate_bp) == vat_cents


def test_an_order_of_gifts_at_no_price_still_pays_its_shipping_at_the_highest_rate() -> None:
    totals = total([PricedLine(0, 700), PricedLine(0, 1900)], shipping_cents=119)

    assert totals.vat == (VatLine(1900, 100, 19), VatLine(700, 0, 0))


@pytest.mark.parametrize(
    ("priced", "shipping_cents"),
    [([], 0), ([PricedLine(-1, 1900)], 0), ([PricedLine(1, -1)], 0), ([PricedLine(1, 1900)], -1)],
)
def test_nothing_and_less_than_nothing_cannot_be_priced(priced: list[PricedLine], shipping_cents: int) -> None:
    with pytest.raises(ValueError):
        total(priced, shipping_cents)


@given(lines, amounts)
def test_net_and_vat_of_all_rates_add_up_to_the_total(priced: list[PricedLine], shipping_cents: int) -> None:
    totals = total(priced, shipping_cents)

    assert totals.subtotal_cents == sum(line.gross_cents for line in priced)
    assert totals.total_cents == totals.subtotal_cents + shipping_cents
    assert sum(vat.net_cents + vat.vat_cents for vat in totals.vat) == totals.total_cents
    assert [vat.rate_bp for vat in totals.vat] == sorted({line.vat_bp for line in priced}, reverse=True)


@given(lines, amounts)
def test_every_rates_vat_is_within_half_a_cent_of_the_exact_one(priced: list[PricedLine], shipping_cents: int) -> None:
    for vat in total(priced, shipping_cents).vat:
        gross_cents = vat.net_cents + vat.vat_cents
        exact = Fraction(gross_cents * vat.rate_bp, 10_000 + vat.rate_bp)

        assert -Fraction(1, 2) <= exact - vat.vat_cents < Fraction(1, 2)


@given(lines, amounts, st.randoms())
def test_the_order_of_the_lines_does_not_change_the_totals(priced: list[PricedLine], shipping_cents: int, rng) -> None:  # type: ignore[no-untyped-def]
    shuffled = rng.sample(priced, len(priced))

    assert total(shuffled, shipping_cents) == total(priced, shipping_cents)


@given(amounts, st.dictionaries(rates, amounts, min_size=1))
def test_sharing_out_loses_no_cent_and_nobody_is_off_by_one_or_more(amount_cents: int, weights: dict[int, int]) -> None:
    shares = share_out(amount_cents, weights)

    assert sum(shares.values()) == amount_cents
    assert all(share >= 0 for share in shares.values())
    weight_sum = sum(weights.values())
    for key, weight in weights.items() if weight_sum else ():
        assert abs(Fraction(amount_cents * weight, weight_sum) - shares[key]) < 1
