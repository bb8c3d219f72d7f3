"""What a page says at its top while something it needs is away: what goes on, and what waits. By dependency."""

from collections.abc import Mapping

_TABS = "Our cart store is being mended, so this browser keeps your cart. Please use one tab only."

CART_WAITS: Mapping[str, str] = {
    "writer": "We cannot take orders for a moment. Your cart is kept.",
    "redis": _TABS,
}
CHECKOUT_WAITS: Mapping[str, str] = {
    "redis": _TABS,
    "payment": "We are working on our payment connection. You can order; paying by card comes later.",
}
ORDER_WAITS: Mapping[str, str] = {
    "media": "We are working on our archive. Documents come back by themselves.",
}
UNPAID_WAITS: Mapping[str, str] = {
    "payment": "We are working on our payment connection. Your order is kept; paying by card comes later.",
    **ORDER_WAITS,
}
