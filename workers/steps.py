"""Which function carries out which step. A task is a name and one call; what it does stands here."""

from collections.abc import Mapping

from shared.messages import MAKE_INVOICE, PROCESS_ORDER, SEND_MAIL, SEND_RECEIPT
from workers.invoice_step import make_invoice
from workers.ledger import StepWork
from workers.mail_steps import send_payment_failed, send_receipt
from workers.payment_step import settle_payment

WORK: Mapping[str, StepWork] = {
    PROCESS_ORDER: settle_payment,
    MAKE_INVOICE: make_invoice,
    SEND_RECEIPT: send_receipt,
    SEND_MAIL: send_payment_failed,
}
