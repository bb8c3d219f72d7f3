import pytest

from shared.domain.shipping import ShippingMethod, ShippingPrices

PRICES = ShippingPrices(standard_cents=490, free_from_cents=6000, express_cents=990)


@pytest.mark.parametrize(
    ("method", "subtotal_cents", "cents"),
    [
        (ShippingMethod.STANDARD, 0, 490),
        (ShippingMethod.STANDARD, 5999, 490),
        (ShippingMethod.STANDARD, 6000, 0),
        (ShippingMethod.STANDARD, 6001, 0),
        (ShippingMethod.EXPRESS, 5999, 990),
        (ShippingMethod.EXPRESS, 600000, 990),
    ],
)
def test_standard_is_free_from_a_subtotal_on_and_express_never(
    method: ShippingMethod, subtotal_cents: int, cents: int
) -> None:
    assert PRICES.cents(method, subtotal_cents) == cents
