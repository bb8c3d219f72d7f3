"""Drafts as rows of the database and of the card provider's ledger."""

import json
from datetime import timedelta
from typing import Any

from shared.domain.priced_cart import CURRENCY
from shared.seed.drafts import Draft, DraftLine, vat_rows

# fate -> order status, payment status by card and by invoice, fulfillment status, return status
STATUSES = {
    "processing": ("processing", "paid", "pending", "unfulfilled", "none"),
    "shipped": ("processing", "paid", "pending", "shipped", "none"),
    "delivered": ("completed", "paid", "paid", "delivered", "none"),
    "returned": ("completed", "partially_refunded", "", "delivered", "received"),
    "canceled": ("canceled", "refunded", "voided", "unfulfilled", "none"),
    "expired": ("expired", "voided", "", "unfulfilled", "none"),
}
ENDED, ARRIVED, COMPLETED, CAME_BACK = timedelta(hours=1), timedelta(days=4), timedelta(days=5), timedelta(days=8)
PIECES = {"processing": 0, "shipped": 2, "delivered": 3, "returned": 3}  # packed, shipped and delivered, up to which


def order_row(batch: str, draft: Draft) -> tuple[object, ...]:
    """The columns of `seeded_orders.ORDERS`."""
    order, by_card, on_account, fulfillment, returned = STATUSES[draft.fate]
    totals, email = draft.totals, f"robin.sample.{draft.serial}@example.com"
    ended = draft.placed_at + ENDED
    is_there = draft.fate in ("delivered", "returned")
    return (
        *(draft.number, batch, f"seed-{draft.serial}", draft.serial, "0" * 64, "seed", email, email),
        *(order, by_card if draft.method == "card" else on_account, fulfillment, returned),
        *(draft.method, draft.shipping_method, CURRENCY),
        *(totals.subtotal_cents, totals.shipping_cents, totals.total_cents, draft.due_cents),
        *(json.dumps(vat_rows(totals)), draft.placed_at, ended if draft.method == "card" else None),
        *(ended if draft.fate == "canceled" else None, ended if draft.fate == "expired" else None),
        *(draft.placed_at + COMPLETED if is_there else None, draft.placed_at + ARRIVED if is_there else None),
    )


def line_row(order_id: int, draft: Draft, position: int, line: DraftLine) -> tuple[object, ...]:
    """The columns of `seeded_orders.LINES`."""
    variant, count, moved = line.variant, line.quantity, PIECES.get(draft.fate, 0)
    words = (variant["slug"], variant["name"], variant["colour"], variant["size"], variant["picture"])
    return (
        *(order_id, variant["sku"], position, *words, variant["unit_price_cents"], variant["vat_bp"], count),
        *(count if moved else 0, count if moved >= 2 else 0, count if moved >= 3 else 0),
        *(count if draft.fate == "canceled" else 0, count if line.is_returned else 0),
    )


def credit_row(order_id: int, draft: Draft) -> tuple[object, ...]:
    """The columns of `seeded_orders.CREDITS`."""
    at = draft.placed_at + (ENDED if draft.fate == "canceled" else CAME_BACK)
    kind, why = ("canceled", "Ordered twice") if draft.fate == "canceled" else ("returned", "Too small")
    cents = (draft.credit_cents, draft.payout_cents, draft.payout_cents)
    return order_id, kind, why, "shop", *cents, draft.credit_contents(), at, at


def charge_row(draft: Draft) -> dict[str, Any]:
    """A row of the provider's ledger."""
    is_declined = draft.fate == "expired"
    return {
        "id": draft.provider_ref,
        "key": f"{draft.number}:1:authorize",
        "order_number": draft.number,
        "amount_cents": draft.totals.total_cents,
        "captured_cents": 0 if is_declined else draft.totals.total_cents,
        "refunded_cents": draft.payout_cents,
        "currency": CURRENCY,
        "status": "declined" if is_declined else "authorized",
    }
