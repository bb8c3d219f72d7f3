"""States in words, each with the tone of its chip: never colour alone."""

from dataclasses import dataclass


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
STEP_NAMES = {
    "payment": "Payment",
    "invoice": "Invoice",
    "receipt": "Receipt",
    "mail_payment_failed": "Mail: card declined",
}
EVENTS = {
    "order.placed": "Order placed",
    "order.processing": "Being processed",
    "payment.tried_by_card": "Another try by card",
    "payment.tried_by_invoice": "Changed to payment by invoice",
    "payment.declined": "Card declined",
    "payment.authorized": "Payment authorised",
    "payment.captured": "Payment captured",
    "invoice.made": "Invoice made",
    "receipt.sent": "Receipt sent",
    "mail.payment_failed_sent": "Mail about the declined card sent",
}


def event_words(what: str) -> str:
    """What happened to an order; a step that was given up is told by the step's name."""
    step, _, end = what.rpartition(".")
    if end == "dead":
        return f"{STEP_NAMES.get(step, step)}: given up"
    return EVENTS.get(what, what)


def event_tone(what: str) -> str:
    return "stop" if what == "payment.declined" or what.endswith(".dead") else "done"
