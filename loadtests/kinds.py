"""Kinds of requests, by which answers' times are judged."""

PAGE, SEARCH, PRODUCT = "page", "search", "product"
CART, CART_CHANGE = "cart", "cart change"
CHECKOUT_PAGE, CHECKOUT = "checkout page", "checkout"
ORDER_PAGE, SIGN_IN, STAFF_LIST = "order page", "sign-in", "staff list"
LAST_LOOK = "last look"  # at all carts at once as a run ends; nobody waits for it, so it has no limit
