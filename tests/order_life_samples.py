"""Orders on their way, delivered, coming back, withdrawn, canceled."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.domain.book import Credit
from shared.domain.moves import IllegalMove
from shared.domain.pricing import VatLine
from shared.errors import FieldError, Invalid
from shared.queries.order_view import (
    OrderCredit,
    OrderDocument,
    OrderLine,
    OrderParcel,
    OrderReturn,
    OrderView,
)
from storefront.views.orders import order_page
from tests.goods_samples import (
    LINES,
    LINKS,
    NOW,
    SETTINGS,
    Context,
)
from tests.order_samples import INVOICE, PAID, _order_line, attempt, event, order, step


def line_of(index: int = 0, **changes: Any) -> OrderLine:
    return replace(_order_line(LINES[index]), **changes)


def parcel(number: int, pieces: Mapping[str, int], arrived_days: int | None = 2, **changes: Any) -> OrderParcel:
    made = OrderParcel(
        id=number,
        carrier="DHL",
        tracking=f"0034043412345678{number}",
        capture_cents=0,
        shipped_at=NOW + timedelta(days=1),
        delivered_at=None if arrived_days is None else NOW + timedelta(days=arrived_days),
        pieces=pieces,
    )
    return replace(made, **changes)


def comes_back(number: int, pieces: Mapping[str, int], **changes: Any) -> OrderReturn:
    made = OrderReturn(
        id=number,
        kind="return",
        reason="too_small",
        requested_at=NOW + timedelta(days=3),
        received_at=None,
        canceled_at=None,
        pieces=pieces,
        received={},
    )
    return replace(made, **changes)


def credit(number: int, kind: str, cents: int, done: bool = True, **changes: Any) -> OrderCredit:
    made = Credit(kind=kind, reason="Asked for", credit_cents=cents, payout_cents=cents, id=number)
    at = NOW + timedelta(days=3)
    return OrderCredit(credit=replace(made, **changes), who="shopper", created_at=at, done_at=at if done else None)


def credit_note(number: int) -> OrderDocument:
    return replace(INVOICE, kind="credit_note", number=f"C00000{number}", revision=number)


JUMPER, DRESS, SOCKS = (line.sku for line in LINES)
ALL_SENT = tuple(line_of(at, **dict.fromkeys(("packed", "shipped", "delivered"), line.quantity)) for at, line in
                 enumerate(LINES))  # fmt: skip
DELIVERED = replace(
    PAID,
    fulfillment_status="delivered",
    order_status="completed",
    lines=ALL_SENT,
    parcels=(parcel(1, {JUMPER: 1, DRESS: 1}), parcel(2, {SOCKS: 3}, 3)),
    events=(*PAID.events, event("line.packed", 50000)),
)
PARTLY_SENT = replace(
    PAID,
    fulfillment_status="partially_shipped",
    lines=(line_of(0, packed=1, shipped=1), line_of(1, canceled=1), line_of(2, packed=2, shipped=2, canceled=1)),
    parcels=(parcel(1, {JUMPER: 1, SOCKS: 2}, None, carrier="", tracking=""),),
    due_cents=13300,
    refunded_cents=10800,
    payment_status="partially_refunded",
    credits=(credit(1, "canceled", 8900, vat=(VatLine(1900, 7479, 1421),)), credit(2, "goodwill", 1900, done=False)),
    documents=(INVOICE, credit_note(1)),
)
RETURNING = replace(
    DELIVERED,
    return_status="partially_received",
    lines=(ALL_SENT[0], ALL_SENT[1], replace(ALL_SENT[2], returned=1)),
    returns=(
        comes_back(1, {SOCKS: 2}, reason="damaged", received={SOCKS: 1}),
        comes_back(2, {JUMPER: 1}),
        comes_back(3, {DRESS: 1}, canceled_at=NOW + timedelta(days=3)),
    ),
    due_cents=22200,
    refunded_cents=1900,
    credits=(credit(1, "returned", 1900),),
    documents=(INVOICE, credit_note(1)),
)
RETURNED = replace(
    DELIVERED,
    return_status="received",
    payment_status="refunded",
    lines=tuple(replace(line, returned=line.quantity) for line in ALL_SENT),
    returns=tuple(
        comes_back(at, {sku: pieces}, received={sku: pieces}, received_at=NOW + timedelta(days=6))
        for at, (sku, pieces) in enumerate({JUMPER: 1, DRESS: 1, SOCKS: 3}.items(), 1)
    ),
    due_cents=0,
    refunded_cents=24100,
    credits=(credit(1, "returned", 24100, vat=PAID.vat),),
    documents=(INVOICE, credit_note(1)),
)
WITHDRAWN = replace(
    DELIVERED,
    return_status="requested",
    returns=(comes_back(1, {JUMPER: 1, DRESS: 1, SOCKS: 3}, kind="withdrawal", reason="changed_mind"),),
    events=(*DELIVERED.events, event("return.withdrawn", 260000)),
)
CANCELED = order(
    order_status="canceled",
    payment_status="refunded",
    payment_method="card",
    paid_cents=24100,
    due_cents=0,
    lines=tuple(line_of(at, canceled=line.quantity) for at, line in enumerate(LINES)),
    credits=(credit(1, "canceled", 24100, done=False, vat=PAID.vat),),
    documents=(INVOICE, credit_note(1)),
    payments=(attempt("card", captured_cents=24100),),
    steps=(step("payment"), step("refund", "queued", ref=1)),
    events=(*PAID.events, event("order.canceled", 300)),
)
PACKED_MEANWHILE = IllegalMove("Something is packed already, so the order cannot be canceled as a whole.")
NOTHING_CHOSEN = Invalid(
    errors=[FieldError("pieces", "Choose at least one piece."), FieldError("reason", "Choose a reason.")]
)


def order_of(view: OrderView, notice: str = "") -> Context:
    return order_page(view, SETTINGS, LINKS, NOW + timedelta(days=4)) | {"notice": notice}
