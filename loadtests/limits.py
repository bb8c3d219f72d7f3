"""What a run must keep to pass."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loadtests import kinds

PAGE_MS, CHECKOUT_MS = 150, 500
P99_MS: Mapping[str, int] = {
    **dict.fromkeys(
        (
            *(kinds.PAGE, kinds.SEARCH, kinds.PRODUCT, kinds.CART, kinds.CART_CHANGE),
            *(kinds.CHECKOUT_PAGE, kinds.ORDER_PAGE, kinds.STAFF_LIST),
        ),
        PAGE_MS,
    ),
    **dict.fromkeys((kinds.CHECKOUT, kinds.SIGN_IN), CHECKOUT_MS),  # a password takes its time on purpose
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The bars of a run.

    Attributes:
        p99_ms: by kind of request.
        done_s: within so long after the end each order is processed, invoiced and mailed.
        after_fault_s: so long after a fault that shoppers may notice, errors are no errors of the shop.
        after_store_s: the same after the loss of the store of carts, to which storefronts are back by then.
        delay_ms, delay_times: the loop's delay (p99) stays below this, or below so many times what it was at first;
            judged of runs of warm_s at least.
        growth: of a storefront's memory once it has run for warm_s, as a share; judged when half as long follows.
        flash_s: until everybody in a flash sale has been told.
    """

    p99_ms: Mapping[str, int] = field(default_factory=lambda: P99_MS)
    done_s: float = 60
    after_fault_s: float = 3
    after_store_s: float = 5
    delay_ms: float = 100
    delay_times: float = 2
    growth: float = 0.05
    warm_s: float = 60
    flash_s: float = 20
