"""The money of an order after something was taken off it, as its shopper is told; amounts in cents."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.money import euros
from shared.queries.order_view import OrderView
from shared.services.payments import CLOSED, is_settled
from storefront.views.returns import withdrawn_at

LESS = {"canceled": "Canceled", "returned": "Returned", "goodwill": "Reduced by us"}
TO_CARD = "to the card you paid with. Your bank usually shows it within 5 working days."
TO_ACCOUNT = "by bank transfer to the account you paid from. It is there within 14 days at the latest."


@dataclass(frozen=True, kw_only=True)
class MoneyBack:
    """A payout; sent_at is None while it is under way."""

    cents: int
    where: str
    sent_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OrderMoney:
    """What it costs now and why less than ordered, what was paid and given back; vat: rate in basis points, and cents.

    Attributes:
        costs_cents: of what was ordered, or of what is left of it once something was taken off.
        shows_paid: whether paid and given back are worth a line.
        to_pay_cents: by bank transfer; a card is charged by us.
    """

    heading: str
    costs_cents: int
    less: tuple[tuple[str, int], ...]
    vat: tuple[tuple[int, int], ...]
    shows_paid: bool
    to_pay_cents: int
    payouts: tuple[MoneyBack, ...]
    nothing_charged: str
    comes_back: str


def order_money(order: OrderView) -> OrderMoney:
    less = _less(order)
    by_transfer = order.payment_method == "invoice" and not is_over(order)
    return OrderMoney(
        heading=_heading(order),
        costs_cents=order.due_cents if less else order.total_cents,
        less=less,
        vat=_vat(order),
        shows_paid=bool(order.paid_cents and (less or order.open_cents or order.refunded_cents)),
        to_pay_cents=order.open_cents if by_transfer and (less or order.paid_cents) else 0,
        payouts=tuple(
            MoneyBack(cents=each.credit.payout_cents, where=where_to(order), sent_at=each.done_at)
            for each in order.credits
            if each.credit.payout_cents
        ),
        nothing_charged=nothing_charged(order) if order.due_cents == 0 or order.order_status in CLOSED else "",
        comes_back=_comes_back(order),
    )


def is_paid(order: OrderView) -> bool:
    """Whether the shopper has nothing to do: it is paid, or the card answers for it."""
    by_card = is_settled(order) and order.payment_method == "card"
    return by_card or order.payment_status == "paid" or (order.open_cents == 0 and order.paid_cents > 0)


def is_over(order: OrderView) -> bool:
    """Whether nothing more is to be paid: the order was closed, or withdrawn from."""
    return order.order_status in CLOSED or withdrawn_at(order) is not None


def where_to(order: OrderView) -> str:
    return TO_CARD if order.payment_method == "card" else TO_ACCOUNT


def nothing_charged(order: OrderView) -> str:
    """What is said of the money when nothing is to be paid any more; blank if something was taken."""
    if order.paid_cents:
        return ""
    if any(each.authorized_cents for each in order.payments):
        return "Nothing was charged. Your bank lets go of the amount on your card."
    return "Nothing was charged, and nothing is left to pay."


def cancel_words(order: OrderView, payout_cents: int) -> str:
    """What canceling the whole order does to the money."""
    if payout_cents:
        return f"{euros(payout_cents)} goes back {where_to(order)}"
    return "Nothing was charged yet, and nothing will be."


def _heading(order: OrderView) -> str:
    if order.order_status in CLOSED or (order.credits and order.due_cents == 0):
        return "Nothing to pay"
    if is_over(order) and not is_paid(order):
        return "Nothing to pay"
    return "Paid" if is_paid(order) else "To pay"


def _comes_back(order: OrderView) -> str:
    """What is said of an open invoice while pieces are on their way back."""
    if order.payment_method != "invoice" or not order.open_cents or not any(each.outstanding for each in order.returns):
        return ""
    if withdrawn_at(order):
        return "Nothing more is to be paid for what you withdrew from."
    return "What you send back need not be paid: it is taken off the total when it is here."


def _less(order: OrderView) -> tuple[tuple[str, int], ...]:
    """What the order costs less, by its kind."""
    found: dict[str, int] = {}
    for each in order.credits:
        words = LESS.get(each.credit.kind)
        if words and each.credit.credit_cents:
            found[words] = found.get(words, 0) + each.credit.credit_cents
    return tuple(found.items())


def _vat(order: OrderView) -> tuple[tuple[int, int], ...]:
    """The VAT that is left once the credits are taken off, by rate; none of a rate of which nothing is left."""
    credited = [line for each in order.credits for line in each.credit.vat]
    return tuple(
        (line.rate_bp, left)
        for line in order.vat
        if (left := line.vat_cents - sum(less.vat_cents for less in credited if less.rate_bp == line.rate_bp))
    )
