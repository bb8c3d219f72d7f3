"""An order as its buyer was told of it, so that a replay of the same key gives the same answer as then."""

from dataclasses import replace
from datetime import timedelta

from shared.db import Row, utc
from shared.domain.priced_cart import CURRENCY, CartLine
from shared.queries.order_view import OrderEvent, OrderLine, OrderStep, OrderView
from shared.queries.placing import PLACED, NewOrder


def just_placed(order: NewOrder, told: Row) -> OrderView:
    """An order that was written a moment ago, without reading it again.

    Args:
        told: what `placing.telling` gave.
    """
    placed_at, totals, step = utc(told["placed_at"]), order.totals, order.step
    life = order.expires_after_s
    return OrderView(
        id=told["id"],
        number=order.number,
        placed_at=placed_at,
        email=order.email,
        cart_id=order.cart_id,
        user_id=told["user_id"],
        order_status="pending",
        payment_status="pending",
        fulfillment_status="unfulfilled",
        return_status="none",
        attention=None,
        payment_method=order.payment_method,
        shipping_method=order.shipping_method,
        currency=CURRENCY,
        subtotal_cents=totals.subtotal_cents,
        shipping_cents=totals.shipping_cents,
        total_cents=totals.total_cents,
        due_cents=totals.total_cents,
        vat=totals.vat,
        paid_cents=0,
        refunded_cents=0,
        lines=tuple(_line(line) for line in order.lines),
        addresses=order.addresses,
        steps=(OrderStep(step=step.step, ref=step.ref, state=step.state, attempts=0, next_retry_at=None, error=None),),
        events=(OrderEvent(at=placed_at, what=PLACED, who=None, why=None),),
        documents=(),
        payments=(),
        test_run=order.test_run,
        expires_at=None if life is None else placed_at + timedelta(seconds=life),
    )


def _line(line: CartLine) -> OrderLine:
    return OrderLine(
        sku=line.sku,
        slug=line.slug,
        name=line.name,
        colour=line.colour,
        size=line.size,
        picture=line.picture,
        vat_bp=line.vat_bp,
        quantity=line.quantity,
        unit_price_cents=line.unit_price_cents,
        packed=0,
        shipped=0,
        delivered=0,
        canceled=0,
        returned=0,
    )


def as_placed(order: OrderView) -> OrderView:
    """Take back everything that happened after the order was placed."""
    first = order.payments[0]
    is_hosted = first.method == "card" and first.token is None
    step = replace(
        order.steps[0], state="waiting" if is_hosted else "queued", attempts=0, next_retry_at=None, error=None
    )
    return replace(
        order,
        order_status="pending",
        payment_status="pending",
        fulfillment_status="unfulfilled",
        return_status="none",
        attention=None,
        payment_method=first.method,
        paid_cents=0,
        refunded_cents=0,
        lines=tuple(replace(line, packed=0, shipped=0, delivered=0, canceled=0, returned=0) for line in order.lines),
        steps=(step,),
        events=order.events[:1],
        documents=(),
        payments=(),
    )
