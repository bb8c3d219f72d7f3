"""The step `credit_note`: corrects an invoice by what was canceled, returned or given back; ref is the refund."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final, Literal

from shared import crash
from shared.db import Connection
from shared.media import Stored
from shared.messages import Message
from shared.queries import documents, refunds
from shared.queries.documents import Document, NewDocument
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_id
from shared.queries.placing import insert_event
from shared.queries.refunds import Refund
from shared.queries.steps import Claim
from shared.services.order_steps import NextSteps
from shared.settings import Settings
from workers.documents.credit_note_data import CreditLine, CreditNoteData
from workers.invoice_step import subject_of, take_number
from workers.ledger import Done, NotOurTurn, nothing
from workers.tools import Tools

KIND: Final = "credit_note"
WAIT_FOR_INVOICE_S = 5.0


async def make_credit_note(tools: Tools, held: Claim) -> Done | NotOurTurn:
    from workers.documents.credit_note import render

    async with tools.database.writer() as connection:
        order = await order_by_id(connection, held.order_id)
        refund = await refunds.get_refund(connection, order.id, held.ref)
        invoice = await documents.find_document(connection, subject_of(order.id), "invoice")
    if invoice is None:
        is_on_its_way = any(step.step == "invoice" and step.state != "done" for step in order.steps)
        return NotOurTurn("waits for the invoice", WAIT_FOR_INVOICE_S) if is_on_its_way else Done(nothing)
    data = _data(tools.settings, order, refund, invoice)
    reserved = await tools.database.retrying(lambda connection: _reserve(connection, order, refund, data))
    crash.here("credit_note.after_reserve")
    pdf = await asyncio.to_thread(render, reserved.snapshot)
    stored = await tools.media.store("documents", ".pdf", pdf)
    crash.here("credit_note.after_store")
    return Done(lambda connection: _go_on(connection, order, held.ref, reserved, stored))


async def _reserve(connection: Connection, order: OrderView, refund: Refund, data: CreditNoteData) -> Document:
    """Take the number and the row together, or find them as an earlier try left them."""
    from workers.documents.credit_note import to_snapshot

    subject = subject_of(order.id)
    found = await documents.find_document(connection, subject, KIND, refund.ordinal)
    if found is not None:
        return found
    number = await take_number(connection, order, KIND)
    snapshot = to_snapshot(replace(data, number=number))
    new = NewDocument(subject=subject, kind=KIND, revision=refund.ordinal, number=number, snapshot=snapshot)
    await documents.reserve(connection, new)
    return await documents.get_document(connection, subject, KIND, refund.ordinal)


async def _go_on(
    connection: Connection, order: OrderView, refund_id: int, reserved: Document, stored: Stored
) -> Sequence[Message]:
    await documents.note_file(connection, reserved.id, stored.sha256, stored.path, stored.size)
    await insert_event(connection, order.id, "credit_note.made")
    following = NextSteps(connection, order.id, order.number)
    await following.add("mail_refunded", refund_id)
    return following.messages


def _data(settings: Settings, order: OrderView, refund: Refund, invoice: Document) -> CreditNoteData:
    credit = refund.credit
    lines = {line.sku: line for line in order.lines}
    return CreditNoteData(
        number="",
        invoice_number=invoice.number or "",
        invoice_issued_on=invoice.reserved_at.astimezone(settings.time_zone).date(),
        order_number=order.number,
        issued_on=today(settings),
        reason=credit.reason,
        billing=order.billing_address,
        lines=tuple(
            CreditLine(
                name=lines[each.sku].name,
                sku=each.sku,
                colour=lines[each.sku].colour,
                size=lines[each.sku].size,
                quantity=each.quantity,
                gross_cents=each.cents,
                vat_bp=lines[each.sku].vat_bp,
            )
            for each in credit.lines
        ),
        shipping_cents=credit.shipping_cents,
        other_cents=credit.other_cents,
        total_cents=credit.credit_cents,
        vat=credit.vat,
        payout=_payout(order, refund),
        payout_cents=credit.payout_cents,
        seller=settings.seller,
        currency=order.currency,
        shipping=order.shipping_address if order.shipping_address != order.billing_address else None,
    )


def _payout(order: OrderView, refund: Refund) -> Literal["card", "transfer", "none"]:
    if not refund.credit.payout_cents:
        return "none"
    return "card" if order.payment_method == "card" else "transfer"


def today(settings: Settings) -> date:
    return datetime.now(UTC).astimezone(settings.time_zone).date()
