"""Which state may follow which, on each axis of an order."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from shared.domain.statuses import FulfillmentStatus, OrderStatus, PaymentStatus, ReturnStatus
from shared.errors import Conflict


class IllegalMove(Conflict):
    """An order cannot go straight from where it is to there."""

    name, title = "illegal-move", "The order cannot go there from where it is"


_O, _P, _F, _R = OrderStatus, PaymentStatus, FulfillmentStatus, ReturnStatus

NEXT_ORDER: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    _O.PENDING: frozenset({_O.PROCESSING, _O.ON_HOLD, _O.CANCELED, _O.EXPIRED}),
    _O.PROCESSING: frozenset({_O.ON_HOLD, _O.COMPLETED, _O.CANCELED}),
    _O.ON_HOLD: frozenset({_O.PENDING, _O.PROCESSING, _O.COMPLETED, _O.CANCELED, _O.EXPIRED}),
    _O.COMPLETED: frozenset(),
    _O.CANCELED: frozenset(),
    _O.EXPIRED: frozenset(),
}
# A declined or voided attempt may be followed by another one, and a late charge may reach any order.
NEXT_PAYMENT: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    _P.PENDING: frozenset({_P.AUTHORIZED, _P.PARTIALLY_PAID, _P.PAID, _P.VOIDED, _P.FAILED}),
    _P.AUTHORIZED: frozenset({_P.PARTIALLY_PAID, _P.PAID, _P.VOIDED, _P.FAILED}),
    _P.PARTIALLY_PAID: frozenset({_P.PAID, _P.PARTIALLY_REFUNDED, _P.REFUNDED}),
    _P.PAID: frozenset({_P.PARTIALLY_REFUNDED, _P.REFUNDED}),
    _P.PARTIALLY_REFUNDED: frozenset({_P.REFUNDED}),
    _P.REFUNDED: frozenset({_P.PARTIALLY_REFUNDED}),
    _P.VOIDED: frozenset({_P.PENDING, _P.AUTHORIZED, _P.PARTIALLY_PAID, _P.PAID, _P.FAILED}),
    _P.FAILED: frozenset({_P.PENDING, _P.AUTHORIZED, _P.PARTIALLY_PAID, _P.PAID, _P.VOIDED}),
}
# Cancelling pieces lowers what is wanted, so a part can become the whole without anything being moved.
NEXT_FULFILLMENT: Mapping[FulfillmentStatus, frozenset[FulfillmentStatus]] = {
    _F.UNFULFILLED: frozenset({_F.PARTIALLY_FULFILLED, _F.FULFILLED}),
    _F.PARTIALLY_FULFILLED: frozenset({_F.UNFULFILLED, _F.FULFILLED, _F.PARTIALLY_SHIPPED}),
    _F.FULFILLED: frozenset({_F.UNFULFILLED, _F.PARTIALLY_FULFILLED, _F.PARTIALLY_SHIPPED, _F.SHIPPED}),
    _F.PARTIALLY_SHIPPED: frozenset({_F.SHIPPED, _F.PARTIALLY_DELIVERED, _F.DELIVERED}),
    _F.SHIPPED: frozenset({_F.PARTIALLY_DELIVERED, _F.DELIVERED}),
    _F.PARTIALLY_DELIVERED: frozenset({_F.DELIVERED}),
    _F.DELIVERED: frozenset(),
}
NEXT_RETURN: Mapping[ReturnStatus, frozenset[ReturnStatus]] = {
    _R.NONE: frozenset({_R.REQUESTED}),
    _R.REQUESTED: frozenset({_R.PARTIALLY_RECEIVED, _R.RECEIVED, _R.CANCELED}),
    _R.PARTIALLY_RECEIVED: frozenset({_R.RECEIVED}),
    _R.RECEIVED: frozenset({_R.PARTIALLY_RECEIVED}),
    _R.CANCELED: frozenset({_R.REQUESTED}),
}
NEXT: Mapping[type[StrEnum], Mapping[Any, frozenset[Any]]] = {
    OrderStatus: NEXT_ORDER,
    PaymentStatus: NEXT_PAYMENT,
    FulfillmentStatus: NEXT_FULFILLMENT,
    ReturnStatus: NEXT_RETURN,
}


def check_move(current: StrEnum, target: StrEnum) -> None:
    """Raise IllegalMove unless an order may go straight from current to target, or is there already.

    Args:
        current, target: two states of the same axis.
    """
    if type(current) is not type(target):
        raise TypeError(f"{current!r} and {target!r} are on different axes")
    if current != target and target not in NEXT[type(current)][current]:
        raise IllegalMove(f"It is {_words(current)}, so it cannot become {_words(target)}.")


def _words(status: StrEnum) -> str:
    return status.value.replace("_", " ")
