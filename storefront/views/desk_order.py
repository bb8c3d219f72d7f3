"""An order as staff see it: its forms, its money, and what was just done."""

from typing import Any

from shared.queries.order_view import OrderView
from storefront.views.books import book_of, whole_cancel
from storefront.views.desk_forms import Refused, desk_forms, names

# The stitched button: the first of these that can be done.
WORK = ("release", "pack", "ship", "deliver", "receive")
DONE = {
    "pack": "Packed.",
    "unpack": "Unpacked.",
    "ship": "The parcel is on its way. The shopper is told by mail.",
    "deliver": "The parcel has arrived.",
    "receive": "The return is received. Its money goes back, and the shopper is told by mail.",
    "record": "The payment is recorded.",
    "hold": "The order is on hold.",
    "release": "The order goes on.",
    "resend": "The receipt is sent again.",
    "clear": "Cleared: nothing needs a person any more.",
    "cancel": "Canceled. The shopper is told by mail.",
    "refund": "The money goes back. The shopper is told by mail.",
}


def order_desk(
    order: OrderView, may: frozenset[str], refused: Refused | None = None, done: str = "", reason: str = ""
) -> dict[str, Any]:
    """The context of order.html and of the pages that ask.

    Args:
        done: the act that was just done. reason: why nothing was, when no form was refused.
    """
    forms = desk_forms(order, may, refused)
    book = book_of(order)
    return {
        "order": order,
        "forms": forms,
        "next": next((act for act in WORK if forms.get(act)), ""),
        "kept_cents": max(0, book.kept_cents),
        "promised_cents": book.till.promised_cents,
        "whole": whole_cancel(order),
        "names": names(order),
        "notice": DONE.get(done, ""),
        "reason": refused.reason if refused else reason,
    }
