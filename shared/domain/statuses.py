"""The states of an order on its axes: derived from money and quantities, never set by hand.

Every derivation is a list of rules; the first that fits wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class OrderStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANCELED = "canceled"
    EXPIRED = "expired"


class PaymentStatus(StrEnum):
    PENDING = "pending"
    AUTHORIZED = "authorized"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    FAILED = "failed"


class FulfillmentStatus(StrEnum):
    UNFULFILLED = "unfulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    PARTIALLY_DELIVERED = "partially_delivered"
    DELIVERED = "delivered"


class ReturnStatus(StrEnum):
    NONE = "none"
    REQUESTED = "requested"
    PARTIALLY_RECEIVED = "partially_received"
    RECEIVED = "received"
    CANCELED = "canceled"


class StepState(StrEnum):
    """Of one step of one order in the ledger; waiting is not our turn, and no fault."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    RETRYING = "retrying"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True)
class Money:
    """The sums over an order's payments, in cents.

    Attributes:
        due_cents: what the order costs today, cancelled pieces left out.
        authorized_cents: what is authorised and still open, neither captured nor voided.
        last_voided, last_failed: how the latest attempt ended.
    """

    due_cents: int
    authorized_cents: int = 0
    captured_cents: int = 0
    refunded_cents: int = 0
    last_voided: bool = False
    last_failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Quantities:
    """The pieces of one order line; shipped ones stay counted as packed, delivered ones as shipped."""

    ordered: int
    canceled: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: int = 0


@dataclass(frozen=True, kw_only=True)
class ReturnedPieces:
    """The pieces of one return."""

    requested: int
    received: int = 0
    canceled: bool = False


@dataclass(frozen=True, kw_only=True)
class Milestones:
    """What has happened to an order as a whole."""

    canceled: bool = False
    expired: bool = False
    on_hold: bool = False
    completed: bool = False
    payment_settled: bool = False


def payment_status(money: Money) -> PaymentStatus:
    due, captured, refunded = money.due_cents, money.captured_cents, money.refunded_cents
    rules = (
        (refunded >= captured > 0, PaymentStatus.REFUNDED),
        (refunded > 0, PaymentStatus.PARTIALLY_REFUNDED),
        (captured >= due and captured > 0, PaymentStatus.PAID),
        (captured > 0, PaymentStatus.PARTIALLY_PAID),
        (money.authorized_cents >= due > 0, PaymentStatus.AUTHORIZED),
        (money.last_voided or due == 0, PaymentStatus.VOIDED),
        (money.last_failed, PaymentStatus.FAILED),
    )
    return next((status for fits, status in rules if fits), PaymentStatus.PENDING)


def fulfillment_status(lines: Iterable[Quantities]) -> FulfillmentStatus:
    lines = tuple(lines)
    wanted = sum(line.ordered - line.canceled for line in lines)
    packed = sum(line.packed for line in lines)
    shipped = sum(line.shipped for line in lines)
    delivered = sum(line.delivered for line in lines)
    rules = (
        (wanted == 0, FulfillmentStatus.UNFULFILLED),
        (delivered == wanted, FulfillmentStatus.DELIVERED),
        (delivered > 0, FulfillmentStatus.PARTIALLY_DELIVERED),
        (shipped == wanted, FulfillmentStatus.SHIPPED),
        (shipped > 0, FulfillmentStatus.PARTIALLY_SHIPPED),
        (packed == wanted, FulfillmentStatus.FULFILLED),
        (packed > 0, FulfillmentStatus.PARTIALLY_FULFILLED),
    )
    return next((status for fits, status in rules if fits), FulfillmentStatus.UNFULFILLED)


def return_status(returns: Iterable[ReturnedPieces]) -> ReturnStatus:
    returns = tuple(returns)
    alive = [each for each in returns if not each.canceled]
    requested = sum(each.requested for each in alive)
    received = sum(each.received for each in alive)
    rules = (
        (not returns, ReturnStatus.NONE),
        (not alive, ReturnStatus.CANCELED),
        (received == requested, ReturnStatus.RECEIVED),
        (received > 0, ReturnStatus.PARTIALLY_RECEIVED),
    )
    return next((status for fits, status in rules if fits), ReturnStatus.REQUESTED)


def order_status(milestones: Milestones) -> OrderStatus:
    rules = (
        (milestones.canceled, OrderStatus.CANCELED),
        (milestones.expired, OrderStatus.EXPIRED),
        (milestones.on_hold, OrderStatus.ON_HOLD),
        (milestones.completed, OrderStatus.COMPLETED),
        (milestones.payment_settled, OrderStatus.PROCESSING),
    )
    return next((status for fits, status in rules if fits), OrderStatus.PENDING)


def is_complete(payment: PaymentStatus, fulfillment: FulfillmentStatus, returns: ReturnStatus) -> bool:
    """Tell whether nothing is left to do: delivered, paid or refunded, no return under way."""
    settled = {PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}
    is_return_open = returns in {ReturnStatus.REQUESTED, ReturnStatus.PARTIALLY_RECEIVED}
    return payment in settled and fulfillment is FulfillmentStatus.DELIVERED and not is_return_open
