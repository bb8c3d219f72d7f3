"""What the checkout's page shows: what will be paid either way, what has changed, what is short."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.domain.countries import COUNTRIES
from shared.domain.money import euros
from shared.domain.priced_cart import PricedCart
from shared.domain.shipping import ShippingMethod, ShippingPrices
from shared.errors import Change, FieldError
from shared.services.checkout import order_totals
from storefront.forms.seen import write_seen
from storefront.views.carts import new_operation_id, shortages


@dataclass(frozen=True, kw_only=True)
class CheckoutNews:
    """Why the page is shown again."""

    faults: Sequence[FieldError] = ()
    changes: Sequence[str] = field(default_factory=tuple)


def checkout_page(
    cart: PricedCart, prices: ShippingPrices, typed: Mapping[str, str], key: str, news: CheckoutNews
) -> dict[str, Any]:
    """The context of checkout.html."""
    return {
        "cart": cart,
        "totals": {str(method): order_totals(cart, method, prices) for method in ShippingMethod},
        "typed": typed,
        "method": typed["shipping_method"] if typed["shipping_method"] in frozenset(ShippingMethod) else "standard",
        "faults": {fault.field: fault.message for fault in reversed(news.faults)},
        "fault_list": [(fault.field, fault.message) for fault in news.faults],
        "changes": news.changes,
        "shortages": shortages(cart),
        "accept_id": new_operation_id(),
        "checkout_key": key,
        "cart_revision": cart.revision,
        "seen": write_seen(cart, prices),
        "countries": [(country.code, country.name) for country in COUNTRIES],
    }


def change_words(changes: Sequence[Change], cart: PricedCart) -> list[str]:
    """What differs from what was shown, a sentence each."""
    names = {line.sku: f"{line.name}, {line.colour}, {line.size}" for line in cart.lines}
    return [_sentence(change, names.get(change.sku or "", "A piece")) for change in changes]


def _sentence(change: Change, name: str) -> str:
    if change.kind == "shipping":
        return f"Delivery is now {_price(change.now)}. It was {_price(change.was)}."
    if change.kind == "price":
        subject = name if change.sku else "The total"
        return f"{subject} is now {euros(change.now)}. It was {euros(change.was)}."
    if change.kind == "gone":
        return f"{name} is not sold any more."
    return "The cart was changed in another window. This is what is in it now."


def _price(cents: int) -> str:
    return euros(cents) if cents else "free"
