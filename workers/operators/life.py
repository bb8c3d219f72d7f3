"""An order's whole life as text: times are the shop's, and nothing that a shopper typed can steer the terminal."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from shared.domain.countries import Address
from shared.domain.money import euros
from shared.queries.order_view import OrderView
from workers.operators.screens import Cell, escaped, table

Rows = Sequence[tuple[Cell, ...]]


def life(order: OrderView, url: str, zone: tzinfo) -> str:
    """All that belongs to an order, a block each, blank lines between; blocks without rows are left out."""
    blocks = [
        _head(order, zone),
        _lines(order),
        _money(order),
        _addresses(order),
        _payments(order, zone),
        _steps(order, zone),
        _documents(order, zone),
        _events(order, zone),
        url,
    ]
    return "\n\n".join(block for block in blocks if block)


def _head(order: OrderView, zone: tzinfo) -> str:
    placed = f"Order {order.number}, placed {_at(order.placed_at, zone)} by {escaped(order.email)}"
    where = f"order {order.order_status}, payment {order.payment_status}"
    goods = f"fulfillment {order.fulfillment_status}, returns {order.return_status}"
    call = f"\nNEEDS A PERSON: {escaped(order.attention)}" if order.attention else ""
    return f"{placed}\n{where}, {goods}{call}"


def _lines(order: OrderView) -> str:
    columns = ["sku", "piece", "each", "total", "quantity", "packed", "shipped", "delivered", "canceled", "returned"]
    rows = [
        (
            *(line.sku, f"{line.name}, {line.colour}, {line.size}"),
            *(euros(line.unit_price_cents), euros(line.line_total_cents), line.quantity),
            *(line.packed, line.shipped, line.delivered, line.canceled, line.returned),
        )
        for line in order.lines
    ]
    return _block("Lines", columns, rows)


def _money(order: OrderView) -> str:
    vat = [(f"contains VAT of {line.rate_bp / 100:g} %", euros(line.vat_cents)) for line in order.vat]
    rows = [
        ("goods", euros(order.subtotal_cents)),
        (f"{order.shipping_method} shipping", euros(order.shipping_cents)),
        ("total", euros(order.total_cents)),
        *vat,
        (f"paid, {order.payment_method}", euros(order.paid_cents)),
        ("refunded", euros(order.refunded_cents)),
    ]
    return _block("Money", ["what", "amount"], rows)


def _addresses(order: OrderView) -> str:
    return _block("Addresses", ["kind", "address"], [(kind, _line(place)) for kind, place in order.addresses.items()])


def _payments(order: OrderView, zone: tzinfo) -> str:
    columns = ["attempt", "method", "reference", "authorized", "captured", "refunded", "failed", "failure"]
    rows = [
        (
            *(paid.attempt, paid.method, paid.provider_ref),
            *(euros(paid.authorized_cents), euros(paid.captured_cents), euros(paid.refunded_cents)),
            *(_at(paid.failed_at, zone), paid.failure),
        )
        for paid in order.payments
    ]
    return _block("Payments", columns, rows)


def _steps(order: OrderView, zone: tzinfo) -> str:
    rows = [
        (step.step, step.ref, step.state, step.attempts, _at(step.next_retry_at, zone), step.error)
        for step in order.steps
    ]
    return _block("Steps", ["step", "ref", "state", "attempts", "next try", "error"], rows)


def _documents(order: OrderView, zone: tzinfo) -> str:
    rows = [(made.kind, made.number, made.revision, _at(made.at, zone), made.path) for made in order.documents]
    return _block("Documents", ["kind", "number", "revision", "made", "file"], rows)


def _events(order: OrderView, zone: tzinfo) -> str:
    rows = [(_at(event.at, zone), event.what, event.who or "shop", event.why) for event in order.events]
    return _block("Events", ["at", "what", "who", "why"], rows)


def _block(title: str, columns: Sequence[str], rows: Rows) -> str:
    if not rows:
        return ""
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    return f"{title}\n{table(columns, named)}"


def _line(place: Address) -> str:
    words = (place.name, place.line1, place.line2, f"{place.postcode} {place.city}", place.country)
    return ", ".join(word for word in words if word)


def _at(moment: datetime | None, zone: tzinfo) -> str | None:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if moment else None
