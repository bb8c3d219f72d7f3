"""What comes back, as its shopper is told: returns that were announced, and the withdrawal from the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from shared.domain.returning import REASONS, WITHDRAWAL
from shared.domain.withdrawal import withdrawal_ends
from shared.queries.order_view import OrderReturn, OrderView
from storefront.views.words import plural

# The mails say the same: workers/documents/return_mails.py
OUR_FAULT = frozenset({"not_as_shown", "damaged"})
WE_PAY = "We pay the postage."
POSTAGE = "Sending back is free within Germany; from other countries you pay the postage."
RETURN_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class ShownReturn:
    """A return or a withdrawal on the order's page.

    Attributes:
        heading, tone: of its chip.
        send_by: None once everything has come back.
        keep_id: the return's id while the shopper may keep the pieces after all.
    """

    heading: str
    tone: str
    pieces: tuple[str, ...]
    reason: str
    state: str
    postage: str
    send_by: date | None
    keep_id: int | None


def shown_returns(order: OrderView, zone: tzinfo) -> list[ShownReturn]:
    """The returns that stand, oldest first."""
    return [_shown(order, each, zone) for each in order.returns if not each.canceled_at]


def _shown(order: OrderView, found: OrderReturn, zone: tzinfo) -> ShownReturn:
    is_withdrawal = found.kind == WITHDRAWAL
    requested_on = found.requested_at.astimezone(zone).date()
    return ShownReturn(
        heading=("Withdrawn" if is_withdrawal else "Announced") if found.outstanding else "Returned",
        tone="warn" if found.outstanding else "done",
        pieces=piece_words(order, found.pieces),
        reason="" if is_withdrawal else REASONS[found.reason],
        state=_state(found),
        postage=WE_PAY if found.reason in OUR_FAULT else POSTAGE,
        send_by=requested_on + timedelta(days=RETURN_DAYS) if found.outstanding else None,
        keep_id=found.id if is_keepable(found) else None,
    )


def is_keepable(found: OrderReturn) -> bool:
    """Whether the shopper may keep the pieces after all; a withdrawal has ended the contract and stands."""
    return found.kind != WITHDRAWAL and not found.canceled_at and not found.received


def _state(found: OrderReturn) -> str:
    all_of_it, back = sum(found.pieces.values()), sum(found.received.values())
    if back == all_of_it:
        return "It has come back." if back == 1 else "They have come back."
    if back:
        return f"{back} of {all_of_it} have come back."
    return "We wait for it." if all_of_it == 1 else f"We wait for {plural(all_of_it, 'piece')}."


def piece_words(order: OrderView, pieces: Mapping[str, int]) -> tuple[str, ...]:
    """ "2 × Merino jumper, forest, M", in the order of the lines."""
    return tuple(
        f"{pieces[line.sku]} × {line.name}, {line.colour}, {line.size}" for line in order.lines if pieces.get(line.sku)
    )


def withdrawn_at(order: OrderView) -> datetime | None:
    """When the shopper withdrew from the contract; None if that never happened."""
    return next((event.at for event in reversed(order.events) if event.what == "return.withdrawn"), None)


def arrived_at(order: OrderView) -> datetime | None:
    """When the last parcel arrived; None unless everything that was not canceled has."""
    if order.fulfillment_status != "delivered":
        return None
    return max((parcel.delivered_at for parcel in order.parcels if parcel.delivered_at), default=order.delivered_at)


def withdrawal_last_day(order: OrderView, zone: tzinfo) -> date | None:
    """The last day on which the contract may be withdrawn from; None while nothing has arrived, or not all of it."""
    arrived = arrived_at(order)
    return withdrawal_ends(arrived.astimezone(zone)).date() - timedelta(days=1) if arrived else None


def exact_words(moment: datetime, zone: tzinfo) -> str:
    """ "25 November 2026 at 14:05:07 (Europe/Berlin time)": what an acknowledgement has to say."""
    there = moment.astimezone(zone)
    return f"{there.day} {there:%B %Y} at {there:%H:%M:%S} ({zone} time)"
