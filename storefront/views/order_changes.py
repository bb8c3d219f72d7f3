"""What a shopper can do to an order now, and the pages that ask: cancel, send something back, withdraw.

Only what to show is decided here; the commands check again under the order's lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain import canceling, returning
from shared.domain.book import Pieces
from shared.domain.moves import IllegalMove
from shared.domain.withdrawal import is_return_open, is_withdrawal_open
from shared.queries.order_view import OrderLine, OrderView
from shared.services.payments import CLOSED
from storefront.forms.desk import PIECES
from storefront.links import Links
from storefront.views.asked import Asked
from storefront.views.books import book_of, whole_cancel
from storefront.views.order_money import cancel_words
from storefront.views.order_stages import masked
from storefront.views.returns import POSTAGE, WE_PAY, arrived_at, piece_words

CANCEL, RETURN, WITHDRAW = "cancel", "return", "withdraw"
NOT_NOW: Mapping[str, str] = {
    CANCEL: "This order cannot be canceled any more. Below is how it stands.",
    RETURN: "There is nothing that could be sent back just now. Below is how the order stands.",
    WITHDRAW: "This contract cannot be withdrawn from any more. Below is how the order stands.",
}

HINTS: Mapping[str, str] = {
    "not_as_shown": f"It does not look like our picture and words. {WE_PAY}",
    "damaged": f"Torn, stained, faulty. {WE_PAY}",
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A line of which pieces can be sent back."""

    line: OrderLine
    most: int
    typed: str
    fault: str

    @property
    def is_single(self) -> bool:
        """Whether a tick is enough: there is one piece, and nothing else was typed."""
        return self.most == 1 and self.typed in ("", "0", "1")


def possible(order: OrderView, now: datetime) -> frozenset[str]:
    """What the order's page offers; now: aware, in the shop's time zone."""
    arrived = (found := arrived_at(order)) and found.astimezone(now.tzinfo)
    offers = {
        CANCEL: whole_cancel(order) is not None,
        RETURN: bool(returnable(order)) and is_return_open("damaged", arrived, now),
        WITHDRAW: is_withdrawal_open(arrived, now) and _has_something_left(order),
    }
    return frozenset(act for act, is_possible in offers.items() if is_possible)


def returnable(order: OrderView) -> Pieces:
    return {} if order.order_status in CLOSED else returning.returnable(book_of(order))


def change_path(links: Links, number: str, act: str) -> str:
    return f"/orders/{number}/{act}?key={links.order_key(number)}"


def cancel_page(order: OrderView, links: Links, asked: Asked) -> dict[str, Any]:
    credit = whole_cancel(order)
    return _page(order, links, CANCEL, asked) | {
        "money": cancel_words(order, credit.payout_cents) if credit else "",
        "withdraw_path": change_path(links, order.number, WITHDRAW),
    }


def return_page(order: OrderView, links: Links, asked: Asked) -> dict[str, Any]:
    choices = _choices(order, asked)
    short = any(choice.fault for choice in choices)
    reason = "Not all of it can be sent back." if short and not asked.faults else asked.reason
    return _page(order, links, RETURN, asked) | {
        "choices": choices,
        "reasons": returning.REASONS,
        "hints": HINTS,
        "postage": POSTAGE,
        "reason": reason,
    }


def withdraw_page(order: OrderView, links: Links, asked: Asked) -> dict[str, Any]:
    """What has not left is canceled, what has is to be sent back."""
    after = returning.withdraw(book_of(order)) if _has_something_left(order) else book_of(order)
    canceled = canceling.newly_canceled(book_of(order), after)
    back = after.returns[-1].pieces if len(after.returns) > len(order.returns) else {}
    return _page(order, links, WITHDRAW, asked) | {
        "canceled": piece_words(order, canceled),
        "back": piece_words(order, back),
        "masked_email": masked(order.email),
        "postage": POSTAGE,
    }


def _page(order: OrderView, links: Links, act: str, asked: Asked) -> dict[str, Any]:
    return {
        "order": order,
        "order_path": links.order_path(order.number),
        "action": change_path(links, order.number, act),
        "operation_id": asked.operation_id,
        "typed": asked.typed,
        "faults": asked.faults,
        "reason": asked.reason,
    }


def _choices(order: OrderView, asked: Asked) -> list[Choice]:
    """The lines with something to send back, and those for which something was typed."""
    most = returnable(order)
    shown = [line for line in order.lines if most.get(line.sku) or asked.typed.get(PIECES + line.sku)]
    return [_choice(line, most.get(line.sku, 0), asked) for line in shown]


def _choice(line: OrderLine, most: int, asked: Asked) -> Choice:
    typed = asked.typed.get(PIECES + line.sku, "").strip()
    fault = asked.faults.get(PIECES + line.sku, "")
    if not fault and typed.isdecimal() and len(typed) < 5 and int(typed) > most:
        fault = f"You can send back {most} of these." if most else "There is none of these left to send back."
    return Choice(line=line, most=most, typed=typed, fault=fault)


def _has_something_left(order: OrderView) -> bool:
    try:
        returning.withdraw(book_of(order))
    except IllegalMove:
        return False
    return True
