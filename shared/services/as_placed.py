"""An order as its buyer was told of it, so that a replay of the same key gives the same answer as then."""

from dataclasses import replace

from shared.queries.order_view import OrderView


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
