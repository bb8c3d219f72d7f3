"""States in words, each with the tone of its chip: never colour alone."""

from dataclasses import dataclass

from shared.domain import returning
from shared.domain.statuses import ReturnedPieces, return_status
from shared.queries.order_view import OrderLine, OrderReturn
from storefront.views import desk_events


@dataclass(frozen=True)
class Shown:
    """tone: half, done, warn, stop, off, or empty for a plain ring."""

    words: str
    tone: str = ""


ORDER = {
    "pending": Shown("Pending"),
    "processing": Shown("Processing", "half"),
    "on_hold": Shown("On hold", "warn"),
    "completed": Shown("Completed", "done"),
    "canceled": Shown("Canceled", "off"),
    "expired": Shown("Expired", "off"),
}
PAYMENT = {
    "pending": Shown("Not paid"),
    "authorized": Shown("Authorised", "half"),
    "partially_paid": Shown("Partly paid", "warn"),
    "paid": Shown("Paid", "done"),
    "partially_refunded": Shown("Partly refunded", "warn"),
    "refunded": Shown("Refunded", "off"),
    "voided": Shown("Voided", "off"),
    "failed": Shown("Payment failed", "stop"),
}
FULFILLMENT = {
    "unfulfilled": Shown("Unfulfilled"),
    "partially_fulfilled": Shown("Partly packed", "half"),
    "fulfilled": Shown("Packed", "half"),
    "partially_shipped": Shown("Partly shipped", "half"),
    "shipped": Shown("Shipped", "half"),
    "partially_delivered": Shown("Partly delivered", "half"),
    "delivered": Shown("Delivered", "done"),
}
STEP = {
    "queued": Shown("Queued"),
    "running": Shown("Running", "half"),
    "waiting": Shown("Waits for payment", "warn"),
    "retrying": Shown("Retrying", "warn"),
    "done": Shown("Done", "done"),
    "dead": Shown("Dead", "stop"),
}
RETURN = {
    "requested": Shown("Return requested", "warn"),
    "partially_received": Shown("Return partly received", "half"),
    "received": Shown("Return received", "done"),
    "canceled": Shown("Return canceled", "off"),
}
CREDITS = {
    "canceled": "Canceled",
    "returned": "Returned",
    "goodwill": "Refund",
    "late_charge": "Paid too late",
}
DOCUMENTS = {"invoice": "Invoice", "credit_note": "Credit note", "receipt": "Receipt"}
RETURN_REASONS = returning.REASONS
STEP_NAMES = desk_events.STEP_NAMES
MOVED = ("packed", "shipped", "delivered", "canceled", "returned")

event_words, event_tone, step_words = desk_events.event_words, desk_events.event_tone, desk_events.step_words


def pieces_words(line: OrderLine) -> str:
    """What became of a line's pieces: "2 packed, 1 shipped, 1 canceled"."""
    counts = ((getattr(line, name), name) for name in MOVED)
    return ", ".join(f"{count} {name}" for count, name in counts if count)


def return_state(found: OrderReturn) -> str:
    """Where one return stands, as a key of RETURN."""
    pieces = ReturnedPieces(
        requested=sum(found.pieces.values()),
        received=sum(found.received.values()),
        canceled=found.canceled_at is not None,
    )
    return str(return_status([pieces]))
