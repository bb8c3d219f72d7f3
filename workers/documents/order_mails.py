"""The mails about an order that ends early or leaves the house: canceled, expired, shipped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage

from workers.documents.invoice_data import InvoiceLine
from workers.documents.letter import OrderMail
from workers.documents.notice import Notice, count, order_words, piece_words, write
from workers.documents.settlement import Settlement, money_words
from workers.documents.wording import long_date


@dataclass(frozen=True, kw_only=True)
class CanceledData(OrderMail):
    """A cancellation of these pieces, or of the whole order when there are none.

    Attributes:
        by_shop: the shop canceled; otherwise the shopper asked.
        reason: the shop's, in words; may be empty.
    """

    lines: tuple[InvoiceLine, ...]
    by_shop: bool
    reason: str = ""
    settlement: Settlement


@dataclass(frozen=True, kw_only=True)
class ExpiredData(OrderMail):
    """An order whose card was not paid in time; shop_url is absolute."""

    shop_url: str


@dataclass(frozen=True, kw_only=True)
class ShippedData(OrderMail):
    """A parcel that left; days in the shop's time zone.

    Attributes:
        lines: what is in it.
        to_come: what neither left nor was canceled.
        carrier, tracking: either may be empty.
        arrives_from, arrives_by: when it should be there; None when nobody knows.
    """

    lines: tuple[InvoiceLine, ...]
    to_come: tuple[InvoiceLine, ...] = ()
    shipped_on: date
    carrier: str = ""
    tracking: str = ""
    arrives_from: date | None = None
    arrives_by: date | None = None


def compose_canceled(data: CanceledData, message_id: str, date: datetime) -> EmailMessage:
    """Tell what was canceled, who asked, and what happens with the money; date is the Date header, aware."""
    whole = f"Your order {data.order_number} is canceled"
    part = f"Your order {data.order_number}: {piece_words(count(data.lines))} canceled"
    notice = Notice(
        subject=part if data.lines else whole,
        heading="Part of your order is canceled" if data.lines else "Your order is canceled",
        sentences=(_canceled_words(data), money_words(data.settlement)),
        pieces={"Canceled": data.lines},
        facts={"Our reason": (data.reason,)} if data.by_shop else {},
    )
    return write(notice, data, message_id, date, {})


def compose_expired(data: ExpiredData, message_id: str, date: datetime) -> EmailMessage:
    """Tell that an order has ended unpaid; arguments as for `compose_canceled`."""
    notice = Notice(
        subject=f"Your order {data.order_number} has expired",
        heading="Your order has expired",
        sentences=(
            f"Your {order_words(data)} has expired: it was not paid by card in time.",
            "Nothing was charged, and the pieces are free again. If you still want them, please order once more.",
        ),
        button="Go to the shop",
        url=data.shop_url,
        pieces={},
        facts={},
    )
    return write(notice, data, message_id, date, {})


def compose_shipped(data: ShippedData, message_id: str, date: datetime) -> EmailMessage:
    """Tell what left, how it travels, and what is still to come; arguments as for `compose_canceled`."""
    parcel = f"A parcel with {piece_words(count(data.lines))} of your {order_words(data)}"
    follows = "The rest follows; we write again when it leaves." if data.to_come else "Nothing else is to come."
    notice = Notice(
        subject=f"Your order {data.order_number}: a parcel is on its way",
        heading="Your parcel is on its way",
        sentences=(f"{parcel} left on {long_date(data.shipped_on)}.", f"{_arrival_words(data)}{follows}"),
        button="See where it is",
        pieces={"In this parcel": data.lines, "Still to come": data.to_come},
        facts=_way(data),
    )
    return write(notice, data, message_id, date, {})


def _canceled_words(data: CanceledData) -> str:
    if data.by_shop:
        pieces = f"{piece_words(count(data.lines))} of " if data.lines else ""
        return f"We canceled {pieces}your {order_words(data)}."
    if not data.lines:
        return f"Your {order_words(data)} is canceled, as you asked."
    are = "is" if count(data.lines) == 1 else "are"
    return f"{piece_words(count(data.lines))} of your {order_words(data)} {are} canceled, as you asked."


def _arrival_words(data: ShippedData) -> str:
    if data.arrives_from is None or data.arrives_by is None:
        return ""
    if data.arrives_from == data.arrives_by:
        return f"It should arrive on {long_date(data.arrives_by)}. "
    return f"It should arrive between {long_date(data.arrives_from)} and {long_date(data.arrives_by)}. "


def _way(data: ShippedData) -> Mapping[str, Sequence[str]]:
    tracking = (data.tracking,) if data.tracking.strip() else ("None, this parcel cannot be followed",)
    return {"Carrier": (data.carrier,), "Tracking number": tracking}
