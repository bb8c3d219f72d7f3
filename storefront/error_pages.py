"""What the error pages say."""

from collections.abc import Mapping
from typing import Any

from shared.errors import ShopError, TooBusy, TooMany

UNREADABLE = ("We could not read that", "Go back and try once more. Nothing was changed.")
TEXTS: Mapping[int, tuple[str, str]] = {
    400: UNREADABLE,
    403: ("This did not come from our own page", "Open the page afresh and try again."),
    404: ("This page went the way of the other sock", "It is not here, or no longer. Your cart is untouched."),
    405: ("That way is closed", "Go back and use the buttons of that page."),
    409: ("This does not go together with what is there", "Go back and look once more."),
    410: ("This one has left the wardrobe", "It is gone for good."),
    413: UNREADABLE,
    415: UNREADABLE,
    421: ("No shop at this address", "You find us here:"),
    422: ("Something does not fit", "Go back and put this right. Nothing was changed."),
    429: ("A little slower, please", ""),
    503: ("We cannot take orders for a moment", "Looking round works, your cart is kept."),
}
CLOSED = ("We are closed for a moment", "Our stockroom does not answer. Your cart is kept; try again in a moment.")


def error_page(error: ShopError, request_id: str, public_url: str, *, can_browse: bool = True) -> dict[str, Any]:
    """The context of error.html; can_browse: whether the catalogue can be read."""
    ours = ("A thread broke on our side", f"We have noted it. Quote {request_id} if you write to us.")
    is_closed = error.status == 503 and not can_browse
    heading, text = CLOSED if is_closed else TEXTS.get(error.status, ours)
    heading = error.title if isinstance(error, TooBusy) else heading
    own_words = error.detail if error.detail != error.title and error.status in (409, 410) else ""
    return {
        "status": error.status,
        "heading": heading,
        "text": error.detail if isinstance(error, TooMany | TooBusy) else own_words or text,
        "fields": error.errors,
        "home_url": public_url if error.status == 421 else "",
        "styles": (),
    }
