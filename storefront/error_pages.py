"""What the error pages say."""

from collections.abc import Mapping

UNREADABLE = ("We could not read that", "Go back and try once more. Nothing was changed.")
TEXTS: Mapping[int, tuple[str, str]] = {
    400: UNREADABLE,
    403: ("This did not come from our own page", "Open the page afresh and try again."),
    404: ("This page went the way of the other sock", "It is not here, or no longer. Your cart is untouched."),
    405: ("That way is closed", "Go back and use the buttons of that page."),
    409: ("This does not go together with what is there", "Go back and look once more. Nothing was changed."),
    410: ("This one has left the wardrobe", "The style is gone for good. These are close to it."),
    413: UNREADABLE,
    415: UNREADABLE,
    421: ("No shop at this address", "You find us here:"),
    422: ("Something does not fit", "Go back and put this right. Nothing was changed."),
    429: ("A little slower, please", ""),
    500: ("A thread broke on our side", ""),
    503: ("We cannot take orders for a moment", "Looking round works, your cart is kept."),
}
