"""The steps and events of an order in words, for staff."""

MAILS = {
    "payment_failed": "card declined",
    "canceled": "canceled",
    "expired": "expired",
    "refunded": "money back",
    "paid_back": "paid too much, money back",
    "shipped": "parcel sent",
    "return_requested": "return announced",
    "withdrawn": "withdrawal",
    "return_received": "return received",
    "reminder": "reminder",
    "late_payment": "late payment",
}
STEP_NAMES = {
    "payment": "Payment",
    "capture": "Capture for a parcel",
    "void": "Let an authorisation go",
    "refund": "Money back",
    "invoice": "Invoice",
    "credit_note": "Credit note",
    "receipt": "Receipt",
} | {f"mail_{kind}": f"Mail: {words}" for kind, words in MAILS.items()}
EVENTS = {
    "order.placed": "Order placed",
    "order.processing": "Being processed",
    "order.canceled": "Order canceled",
    "order.expired": "Order expired",
    "order.completed": "Order completed",
    "order.held": "Put on hold",
    "order.released": "Let go on",
    "payment.tried_by_card": "Another try by card",
    "payment.tried_by_invoice": "Changed to payment by invoice",
    "payment.declined": "Card declined",
    "payment.authorized": "Payment authorised",
    "payment.captured": "Payment captured",
    "payment.voided": "Authorisation let go",
    "payment.refunded": "Money given back",
    "payment.received": "Payment received",
    "payment.late": "Money came too late",
    "payment.reminded": "Reminder of the payment",
    "refund.decided": "Refund decided",
    "line.packed": "Packed",
    "line.unpacked": "Unpacked",
    "line.canceled": "Pieces canceled",
    "parcel.shipped": "Parcel sent",
    "parcel.delivered": "Parcel arrived",
    "return.requested": "Return announced",
    "return.withdrawn": "Withdrawn from the contract",
    "return.canceled": "Return canceled",
    "return.received": "Return received",
    "invoice.made": "Invoice made",
    "credit_note.made": "Credit note made",
    "receipt.sent": "Receipt sent",
    "receipt.resent": "Receipt to be sent again",
    "attention.cleared": "A person has seen to it",
    "step.retried": "Step tried again by an operator",
    "step.dropped": "Step given up by an operator",
    "message.refused": "A message was refused",
    "message.redriven": "A refused message was sent again",
    "message.dropped": "A refused message was dropped",
    "mail.payment_failed_sent": "Mail about the declined card sent",
} | {f"mail.{kind}_sent": f"Mail sent: {words}" for kind, words in MAILS.items() if kind != "payment_failed"}
STOPS = frozenset({"payment.declined", "order.canceled", "order.expired", "payment.late", "message.refused"})


def event_words(what: str) -> str:
    """What happened to an order; a step that was given up is told by the step's name."""
    step, _, end = what.rpartition(".")
    if end == "dead":
        return f"{STEP_NAMES.get(step, step)}: given up"
    return EVENTS.get(what, what)


def event_tone(what: str) -> str:
    return "stop" if what in STOPS or what.endswith(".dead") else "done"


def step_words(step: str, ref: int) -> str:
    """A step by its name; a receipt that is sent again says which time it is."""
    name = STEP_NAMES.get(step, step)
    return f"{name}, time {ref}" if step == "receipt" and ref > 1 else name
