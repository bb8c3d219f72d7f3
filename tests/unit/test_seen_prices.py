"""The prices that a checkout page showed, there and back."""

import pytest

from shared.domain.priced_cart import CartLine, PricedCart
from shared.domain.shipping import ShippingMethod, ShippingPrices
from shared.errors import Invalid
from storefront.forms.seen import read_seen, write_seen

PRICES = ShippingPrices(standard_cents=490, free_from_cents=6000, express_cents=990)


def _cart(*prices: int) -> PricedCart:
    lines = [
        CartLine(
            sku=f"SKU-{number}",
            slug="x",
            name="x",
            colour="x",
            size="x",
            picture="x",
            vat_bp=1900,
            quantity=1,
            unit_price_cents=price,
            stock=5,
        )
        for number, price in enumerate(prices)
    ]
    return PricedCart(id="c", revision=1, lines=tuple(lines))


def test_what_was_shown_comes_back_with_the_shipping_of_the_chosen_method() -> None:
    text = write_seen(_cart(2900, 1900), PRICES)

    assert text == "SKU-0*2900~SKU-1*1900~standard*490~express*990"
    assert read_seen(text, ShippingMethod.EXPRESS) == {"SKU-0": 2900, "SKU-1": 1900, "shipping": 990}


@pytest.mark.parametrize("text", ["x", "SKU*", "SKU*1~", "sku*1", "SKU*-1", "SKU*1;DROP", "SKU*" + "9" * 20])
def test_what_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_seen(text, ShippingMethod.STANDARD)

    assert [fault.field for fault in refused.value.errors] == ["seen"]


def test_nothing_seen_is_nothing() -> None:
    assert read_seen("", ShippingMethod.STANDARD) == {}
