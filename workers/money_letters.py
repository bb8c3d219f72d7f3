"""The letters about money: what each says of its order. The texts stand in workers/documents."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Literal, cast

from shared.queries.documents import Document
from shared.queries.order_view import OrderView
from workers.letter_facts import common, credit_of, day, due_on, id_of, invoice_of, only, settlement
from workers.tools import Tools

PAY_AGAIN_DAYS = 7  # the new last day in a reminder


async def payment_failed(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.receipt import PaymentFailedData, compose_payment_failed

    until = order.expires_at and order.expires_at.astimezone(tools.settings.time_zone)
    data = PaymentFailedData(**common(tools, order), kept_until=until)
    return compose_payment_failed(data, id_of(reserved), reserved.reserved_at)


async def refunded(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.payment_mails import RefundedData, compose_refunded

    found = credit_of(order, reserved.revision)
    ordinal = sum(each.credit.credit_cents > 0 and each.credit.id <= found.credit.id for each in order.credits)
    note = only(each for each in order.documents if each.kind == "credit_note" and each.revision == ordinal)
    data = RefundedData(
        **common(tools, order),
        number=note.number,
        credit_cents=found.credit.credit_cents,
        reason=found.credit.reason,
        settlement=settlement(order, found.credit.payout_cents),
    )
    pdf = await tools.media.read(note.path)
    return compose_refunded(data, id_of(reserved), reserved.reserved_at, pdf)


async def paid_back(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    """Word of what was paid too much and goes back, without a credit note; revision is the credit's id."""
    from workers.documents.payment_mails import PaidBackData, compose_paid_back

    found = credit_of(order, reserved.revision)
    data = PaidBackData(
        **common(tools, order),
        reason=found.credit.reason,
        settlement=settlement(order, found.credit.payout_cents),
    )
    return compose_paid_back(data, id_of(reserved), reserved.reserved_at)


async def reminder(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.payment_mails import ReminderData, compose_reminder

    number, pdf = await invoice_of(tools, order)
    data = ReminderData(
        **common(tools, order),
        level=cast(Literal[1, 2, 3], min(3, max(1, reserved.revision))),
        invoice_number=number,
        open_cents=order.open_cents,
        due_on=due_on(tools, order),
        pay_by=day(tools, reserved.reserved_at) + timedelta(days=PAY_AGAIN_DAYS),
    )
    return compose_reminder(data, id_of(reserved), reserved.reserved_at, pdf)


async def late_payment(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    """Word of a payment after the end; revision is its attempt."""
    from workers.documents.payment_mails import LatePaymentData, compose_late_payment

    attempt = only(each for each in order.payments if each.attempt == reserved.revision)
    data = LatePaymentData(
        **common(tools, order),
        amount_cents=attempt.captured_cents or attempt.authorized_cents,
        ended="expired" if order.order_status == "expired" else "canceled",
    )
    return compose_late_payment(data, id_of(reserved), reserved.reserved_at)
