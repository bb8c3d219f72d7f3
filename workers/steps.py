"""Which function carries out which step. A task is a name and one call; what it does stands here."""

from collections.abc import Mapping

from shared.messages import (
    CAPTURE_PAYMENT,
    MAKE_CREDIT_NOTE,
    MAKE_INVOICE,
    PROCESS_ORDER,
    REFUND_PAYMENT,
    SEND_MAIL,
    SEND_RECEIPT,
    VOID_PAYMENT,
)
from workers.credit_note_step import make_credit_note
from workers.invoice_step import make_invoice
from workers.ledger import StepWork
from workers.mail_steps import send_mail, send_receipt
from workers.money_steps import capture_parcel, let_attempt_go, pay_out
from workers.payment_step import settle_payment

WORK: Mapping[str, StepWork] = {
    PROCESS_ORDER: settle_payment,
    CAPTURE_PAYMENT: capture_parcel,
    VOID_PAYMENT: let_attempt_go,
    REFUND_PAYMENT: pay_out,
    MAKE_INVOICE: make_invoice,
    MAKE_CREDIT_NOTE: make_credit_note,
    SEND_RECEIPT: send_receipt,
    SEND_MAIL: send_mail,
}
