"""Orders that were just placed, paid, declined, or are in trouble."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.domain.priced_cart import CartLine
from shared.domain.shipping import ShippingMethod
from shared.queries.order_view import (
    OrderDocument,
    OrderEvent,
    OrderLine,
    OrderStep,
    OrderView,
    PaymentAttempt,
)
from shared.services.checkout import order_totals
from tests.goods_samples import (
    ENDLESS,
    EVIL,
    HOME,
    LINES,
    NOW,
    SHIPPING,
    _priced,
)


def order(**changes: Any) -> OrderView:
    """Paid by invoice, everything done."""
    totals = order_totals(_priced(LINES), ShippingMethod.STANDARD, SHIPPING)
    made = OrderView(
        id=1,
        number="K7QM-4X2D",
        placed_at=NOW,
        email="jana@example.org",
        cart_id="cart-1",
        order_status="processing",
        payment_status="pending",
        fulfillment_status="unfulfilled",
        return_status="none",
        attention=None,
        payment_method="invoice",
        shipping_method="standard",
        currency="EUR",
        subtotal_cents=totals.subtotal_cents,
        shipping_cents=totals.shipping_cents,
        total_cents=totals.total_cents,
        due_cents=totals.total_cents,
        vat=totals.vat,
        paid_cents=0,
        refunded_cents=0,
        lines=tuple(_order_line(line) for line in LINES),
        addresses={"shipping": HOME},
        steps=(step("payment"), step("invoice"), step("receipt")),
        events=tuple(event(what, at) for at, what in enumerate(("order.placed", "invoice.made", "receipt.sent"))),
        documents=(INVOICE,),
        payments=(attempt(),),
    )
    return replace(made, **changes)


def _order_line(line: CartLine) -> OrderLine:
    kept = ("sku", "slug", "name", "colour", "size", "picture", "vat_bp", "quantity", "unit_price_cents")
    states: dict[str, Any] = dict.fromkeys(("packed", "shipped", "delivered", "canceled", "returned"), 0)
    return OrderLine(**{name: getattr(line, name) for name in kept}, **states)


def step(name: str, state: str = "done", **changes: Any) -> OrderStep:
    made = OrderStep(step=name, ref=0, state=state, attempts=1, next_retry_at=None, error=None)
    return replace(made, **changes)


def event(what: str, after_s: int = 0, **changes: Any) -> OrderEvent:
    return replace(OrderEvent(at=NOW + timedelta(seconds=after_s), what=what, who=None, why=None), **changes)


INVOICE = OrderDocument(
    kind="invoice", number="I000418", revision=0, sha256="ab" * 32, path="documents/ab.pdf", size=49152, at=NOW
)


def attempt(method: str = "invoice", **changes: Any) -> PaymentAttempt:
    made = PaymentAttempt(
        attempt=1,
        method=method,
        token=None,
        provider_ref=None,
        authorized_cents=0,
        captured_cents=0,
        refunded_cents=0,
        failed_at=None,
        failure=None,
        checkout_url=None,
    )
    return replace(made, **changes)


def _card_order(**changes: Any) -> OrderView:
    """Placed, the card not entered yet."""
    waiting = (step("payment", "waiting"), step("invoice", "queued"), step("receipt", "queued"))
    made = order(
        order_status="pending",
        payment_method="card",
        payments=(attempt("card"),),
        steps=waiting,
        documents=(),
        events=(event("order.placed"),),
    )
    return replace(made, **changes)


FRESH_ORDER = order(
    order_status="pending",
    documents=(),
    steps=(step("payment", "queued"), step("receipt", "queued")),
    events=(event("order.placed"),),
)
DECLINED = _card_order(payment_status="failed", payments=(attempt("card", failed_at=NOW, failure="card_declined"),))
PAID = order(
    payment_status="paid",
    payment_method="card",
    paid_cents=24100,
    payments=(attempt("card", captured_cents=24100, provider_ref="auth_5Tk29"),),
    events=(event("order.placed"), event("payment.captured", 4), event("invoice.made", 5), event("receipt.sent", 6)),
)
TROUBLED = order(
    attention="The receipt cannot be delivered.",
    steps=(
        step("payment"),
        step("invoice", "retrying", attempts=3, next_retry_at=NOW + timedelta(seconds=40), error="no room left"),
        step("receipt", "dead", attempts=6, error="550 5.1.1 mailbox unknown"),
        step("mail_payment_failed", "running"),
    ),
    events=(
        event("order.placed"),
        event("payment.declined"),
        event("receipt.dead", 3, who="worker", why="550 r•••@x.de"),
    ),
    addresses={
        "shipping": replace(HOME, name=EVIL, line1=ENDLESS, line2="2nd floor"),
        "billing": replace(HOME, name="שלום בע״מ", postcode="1016 DX", city="Amsterdam", country="NL"),
    },
    lines=(replace(_order_line(LINES[0]), name=EVIL), replace(_order_line(LINES[1]), name=ENDLESS)),
    documents=(),
)
