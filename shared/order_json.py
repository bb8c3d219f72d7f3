"""An order as plain JSON, as contract.md §5 writes it: what the API answers and `./shop orders show --json` prints."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.queries.order_view import OrderView

PLAIN = (
    *("number", "order_status", "payment_status", "fulfillment_status", "return_status", "attention", "currency"),
    *("subtotal_cents", "shipping_cents", "total_cents", "paid_cents", "refunded_cents"),
)
OF_LINE = (
    *("sku", "name", "colour", "size", "quantity", "unit_price_cents"),
    *("packed", "shipped", "delivered", "canceled", "returned"),
)
OF_ADDRESS = ("name", "line1", "line2", "city", "postcode", "country")


def order_json(order: OrderView, url: str, key: str) -> dict[str, Any]:
    """The order as JSON; `url` is its page with `key`, which lets a guest read its documents too."""
    return {
        **_named(order, PLAIN),
        "url": url,
        "placed_at": iso(order.placed_at),
        "vat": [_named(line, ("rate_bp", "net_cents", "vat_cents")) for line in order.vat],
        "lines": [_named(line, OF_LINE) for line in order.lines],
        "shipping_address": _named(order.shipping_address, OF_ADDRESS),
        "steps": [
            {
                **_named(step, ("step", "state", "attempts", "error")),
                "ref": str(step.ref),
                "next_retry_at": step.next_retry_at and iso(step.next_retry_at),
            }
            for step in order.steps
        ],
        "events": [{**_named(event, ("what", "who", "why")), "at": iso(event.at)} for event in order.events],
        "documents": [
            {
                **_named(document, ("kind", "number", "revision", "sha256")),
                "url": f"/orders/{order.number}/documents/{document.number}.pdf?key={key}",
            }
            for document in order.documents
        ],
    }


def iso(moment: datetime) -> str:
    """An aware time as ISO 8601 in UTC, with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _named(thing: object, names: Sequence[str]) -> Mapping[str, Any]:
    return {name: getattr(thing, name) for name in names}
