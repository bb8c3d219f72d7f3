"""The step `invoice`: a gapless number, then a PDF made from the stored snapshot alone."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from shared import crash
from shared.db import Connection
from shared.domain.numbers import NumberRange, document_number
from shared.media import Stored
from shared.messages import Message
from shared.queries import documents
from shared.queries.documents import Document, NewDocument
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_id
from shared.queries.payments import is_closed, lock_order_by_id
from shared.queries.placing import insert_event
from shared.queries.steps import Claim
from shared.services.order_steps import NextSteps
from shared.settings import Settings
from workers.documents.invoice_data import InvoiceData, InvoiceLine
from workers.ledger import Done, nothing
from workers.tools import Tools

KIND: Final = "invoice"


def subject_of(order_id: int) -> str:
    return f"order:{order_id}"


async def make_invoice(tools: Tools, held: Claim) -> Done:
    from workers.documents.invoice import render

    async with tools.database.writer() as connection:
        order = await order_by_id(connection, held.order_id)
    reserved = await tools.database.retrying(lambda connection: _reserve(connection, tools.settings, order))
    if reserved is None:
        return Done(nothing)
    crash.here("invoice.after_reserve")
    pdf = await asyncio.to_thread(render, reserved.snapshot)
    crash.here("invoice.after_render")
    stored = await tools.media.store("documents", ".pdf", pdf)
    crash.here("invoice.after_store")
    return Done(lambda connection: _go_on(connection, order, reserved, stored))


async def _reserve(connection: Connection, settings: Settings, order: OrderView) -> Document | None:
    """Take the number and the row together, or find them as an earlier try left them.

    None for an order that was canceled before it had an invoice: it needs none.
    """
    from workers.documents.invoice import to_snapshot

    subject = subject_of(order.id)
    found = await documents.find_document(connection, subject, KIND)
    if found is not None:
        return found
    await lock_order_by_id(connection, order.id)
    if await is_closed(connection, order.id):
        return None
    number = await take_number(connection, order, KIND)
    crash.here("invoice.after_number")
    today = datetime.now(UTC).astimezone(settings.time_zone).date()
    snapshot = to_snapshot(invoice_data(settings, order, number, today))
    new = NewDocument(subject=subject, kind=KIND, revision=1, number=number, snapshot=snapshot)
    await documents.reserve(connection, new)
    return await documents.get_document(connection, subject, KIND)


async def take_number(connection: Connection, order: OrderView, kind: NumberRange) -> str:
    """The next number of a document, from the range of its kind; documents of all load runs share one of their own."""
    number_range: NumberRange = "test_run" if order.test_run else kind
    return document_number(number_range, await documents.next_number(connection, number_range))


async def _go_on(connection: Connection, order: OrderView, reserved: Document, stored: Stored) -> Sequence[Message]:
    await documents.note_file(connection, reserved.id, stored.sha256, stored.path, stored.size)
    await insert_event(connection, order.id, "invoice.made")
    crash.here("invoice.before_commit")
    following = NextSteps(connection, order.id, order.number)
    await following.add("receipt")
    return following.messages


def invoice_data(settings: Settings, order: OrderView, number: str, issued_on: date) -> InvoiceData:
    placed_on = order.placed_at.astimezone(settings.time_zone).date()
    is_card = order.payment_method == "card"
    return InvoiceData(
        number=number,
        order_number=order.number,
        issued_on=issued_on,
        placed_on=placed_on,
        due_on=None if is_card else placed_on + timedelta(days=settings.invoice_due_days),
        paid_by_card=is_card,
        billing=order.billing_address,
        shipping=order.shipping_address,
        lines=invoice_lines(order),
        shipping_cents=order.shipping_cents,
        shipping_method=order.shipping_method,
        subtotal_cents=order.subtotal_cents,
        total_cents=order.total_cents,
        vat=order.vat,
        seller=settings.seller,
        currency=order.currency,
    )


def invoice_lines(order: OrderView) -> tuple[InvoiceLine, ...]:
    """The order's lines as invoice and receipt print them."""
    return tuple(
        InvoiceLine(
            name=line.name,
            sku=line.sku,
            colour=line.colour,
            size=line.size,
            quantity=line.quantity,
            unit_price_cents=line.unit_price_cents,
            vat_bp=line.vat_bp,
        )
        for line in order.lines
    )
