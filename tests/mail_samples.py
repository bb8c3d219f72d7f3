"""One mail of each kind and shade, by name: for what all of them must keep, and for pictures of them."""

from datetime import date
from email.message import EmailMessage
from typing import Any

from tests.invoices import JUMPER
from tests.mails import MESSAGE_ID, SENT, SOCKS, WITHDRAWN_AT, about_order
from workers.documents.order_mails import (
    CanceledData,
    ExpiredData,
    ShippedData,
    compose_canceled,
    compose_expired,
    compose_shipped,
)
from workers.documents.payment_mails import (
    LatePaymentData,
    PaidBackData,
    RefundedData,
    ReminderData,
    compose_late_payment,
    compose_paid_back,
    compose_refunded,
    compose_reminder,
)
from workers.documents.receipt import PaymentFailedData, compose_payment_failed
from workers.documents.return_mails import (
    ReturnReceivedData,
    ReturnRequestedData,
    WithdrawnData,
    compose_return_received,
    compose_return_requested,
    compose_withdrawn,
)
from workers.documents.settlement import Settlement

PDF = b"%PDF-1.7 not much of one"
TO_CARD = Settlement(by_card=True, payout_cents=9390)
NOTHING = Settlement(by_card=False)


def canceled(**changes: Any) -> EmailMessage:
    own = {"lines": (), "by_shop": False, "settlement": TO_CARD}
    return compose_canceled(CanceledData(**about_order(**own | changes)), MESSAGE_ID, SENT)


def expired(**changes: Any) -> EmailMessage:
    own = {"shop_url": "http://localhost:8000/shop"}
    return compose_expired(ExpiredData(**about_order(**own | changes)), MESSAGE_ID, SENT)


def shipped(**changes: Any) -> EmailMessage:
    own = {"lines": (JUMPER,), "shipped_on": date(2026, 11, 26), "carrier": "DHL", "tracking": "00340434161094015902"}
    return compose_shipped(ShippedData(**about_order(**own | changes)), MESSAGE_ID, SENT)


def return_requested(**changes: Any) -> EmailMessage:
    own = {"lines": (JUMPER, SOCKS), "reason": "too_small", "requested_on": date(2026, 12, 9)}
    data = ReturnRequestedData(**about_order(**own | {"send_by": date(2026, 12, 23)} | changes))
    return compose_return_requested(data, MESSAGE_ID, SENT)


def withdrawn(**changes: Any) -> EmailMessage:
    own = {"lines": (JUMPER, SOCKS), "name": "Jana Łukaszewicz", "withdrawn_at": WITHDRAWN_AT}
    days = {"send_by": date(2026, 12, 23), "refund_by": date(2026, 12, 23)}
    return compose_withdrawn(WithdrawnData(**about_order(**own | days | changes)), MESSAGE_ID, SENT)


def return_received(**changes: Any) -> EmailMessage:
    own = {"lines": (JUMPER,), "received_on": date(2026, 12, 14), "settlement": TO_CARD}
    return compose_return_received(ReturnReceivedData(**about_order(**own | changes)), MESSAGE_ID, SENT)


def refunded(**changes: Any) -> EmailMessage:
    own = {"number": "C000001", "credit_cents": 8900, "reason": "Too small"}
    money = {"settlement": Settlement(by_card=True, payout_cents=8900)}
    return compose_refunded(RefundedData(**about_order(**own | money | changes)), MESSAGE_ID, SENT, PDF)


def paid_back(**changes: Any) -> EmailMessage:
    own = {"reason": "Paid twice", "settlement": Settlement(by_card=False, payout_cents=4000)}
    return compose_paid_back(PaidBackData(**about_order(**own | changes)), MESSAGE_ID, SENT)


def reminder(**changes: Any) -> EmailMessage:
    own = {"level": 1, "invoice_number": "I000001", "open_cents": 5000}
    days = {"due_on": date(2026, 12, 8), "pay_by": date(2026, 12, 17)}
    return compose_reminder(ReminderData(**about_order(**own | days | changes)), MESSAGE_ID, SENT, PDF)


def late_payment(**changes: Any) -> EmailMessage:
    own = {"amount_cents": 9390, "ended": "expired"}
    return compose_late_payment(LatePaymentData(**about_order(**own | changes)), MESSAGE_ID, SENT)


def payment_failed(**changes: Any) -> EmailMessage:
    own = {"kept_until": WITHDRAWN_AT}
    return compose_payment_failed(PaymentFailedData(**about_order(**own | changes)), MESSAGE_ID, SENT)


def every_mail(**changes: Any) -> dict[str, EmailMessage]:
    """Each kind once or more; changes are of what all of them have."""
    by_shop = {"by_shop": True, "reason": "The jumper was damaged in our store room."}
    return {
        "canceled": canceled(**changes),
        "canceled-part": canceled(lines=(JUMPER,), settlement=NOTHING, **by_shop, **changes),
        "expired": expired(**changes),
        "shipped": shipped(to_come=(SOCKS,), **changes),
        "return_requested": return_requested(**changes),
        "withdrawn": withdrawn(**changes),
        "return_received": return_received(missing=(SOCKS,), **changes),
        "refunded": refunded(**changes),
        "paid_back": paid_back(**changes),
        "reminder-1": reminder(**changes),
        "reminder-2": reminder(level=2, **changes),
        "reminder-3": reminder(level=3, **changes),
        "late_payment": late_payment(**changes),
        "payment_failed": payment_failed(**changes),
    }
