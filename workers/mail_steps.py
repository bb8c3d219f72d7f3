"""The steps that send a mail: `receipt`, and word of a declined card.

Exactly once: a row is reserved with its Message-ID, marked as "sending" before the mail goes out, and whoever finds it
so marked asks the mail server's side by Message-ID before sending again.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from hashlib import sha256
from typing import Any

from shared.db import Connection
from shared.domain.numbers import order_key
from shared.messages import Message
from shared.queries import documents
from shared.queries.documents import Document, NewDocument
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_id
from shared.queries.placing import insert_event
from shared.queries.steps import Claim
from workers.invoice_step import invoice_lines, subject_of
from workers.ledger import Done, Hopeless
from workers.mail import MailRefused
from workers.tools import Tools

Compose = Callable[[Tools, OrderView, Document], Awaitable[EmailMessage]]


@dataclass(frozen=True)
class Kind:
    """One kind of mail: its name in the ledger and in Message-IDs, and the event that tells of it."""

    name: str
    event: str
    compose: Compose


async def send_receipt(tools: Tools, held: Claim) -> Done:
    return await _send(tools, held, Kind("receipt", "receipt.sent", _receipt), revision=1)


async def send_payment_failed(tools: Tools, held: Claim) -> Done:
    """Tell of the declined attempt `held.ref`; each attempt has a mail of its own."""
    kind = Kind("payment_failed", "mail.payment_failed_sent", _payment_failed)
    return await _send(tools, held, kind, revision=held.ref)


async def _send(tools: Tools, held: Claim, kind: Kind, revision: int) -> Done:
    async with tools.database.writer() as connection:
        order = await order_by_id(connection, held.order_id)
    reserved = await tools.database.retrying(lambda connection: _reserve(connection, tools, order, kind.name, revision))
    if reserved.state == "done":
        return Done(lambda connection: _note(connection, order, kind, None, ""))
    assert reserved.message_id is not None
    if reserved.state == "sending" and await tools.mailer.find(reserved.message_id):
        return Done(lambda connection: _note(connection, order, kind, reserved, "found by its Message-ID"))
    message = await kind.compose(tools, order, reserved)
    content = bytes(message)
    async with tools.database.writer() as connection:
        await documents.note_sending(connection, reserved.id, sha256(content).hexdigest(), len(content))
    reply = await _hand_over(tools, message, order)
    return Done(lambda connection: _note(connection, order, kind, reserved, reply))


async def _hand_over(tools: Tools, message: EmailMessage, order: OrderView) -> str:
    try:
        return await tools.mailer.send(message, parseaddr(tools.settings.mail_from)[1], order.email)
    except MailRefused as error:
        raise Hopeless(f"the mail server refuses this mail: {error}") from error


async def _reserve(connection: Connection, tools: Tools, order: OrderView, kind: str, revision: int) -> Document:
    subject = subject_of(order.id)
    found = await documents.find_document(connection, subject, kind, revision)
    if found is not None:
        return found
    domain = parseaddr(tools.settings.mail_from)[1].rpartition("@")[2]
    new = NewDocument(
        subject=subject,
        kind=kind,
        revision=revision,
        snapshot="{}",
        message_id=f"<{kind}.{order.number}.{revision}@{domain}>",
    )
    await documents.reserve(connection, new)
    return await documents.get_document(connection, subject, kind, revision)


async def _note(
    connection: Connection, order: OrderView, kind: Kind, reserved: Document | None, reply: str
) -> Sequence[Message]:
    if reserved is not None:
        await documents.note_sent(connection, reserved.id, reply)
        await insert_event(connection, order.id, kind.event)
    return ()


async def _receipt(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.receipt import ReceiptData, compose_receipt

    invoice = next(document for document in order.documents if document.kind == "invoice")
    pdf = await tools.media.read(invoice.path)
    is_card = order.payment_method == "card"
    common = _common(tools, order)
    data = ReceiptData(
        **common,
        due_on=None if is_card else common["placed_on"] + timedelta(days=tools.settings.invoice_due_days),
        paid_by_card=is_card,
        billing=order.billing_address,
        shipping=order.shipping_address,
        lines=invoice_lines(order),
        shipping_cents=order.shipping_cents,
        shipping_method=order.shipping_method,
        vat=order.vat,
    )
    assert reserved.message_id is not None
    return compose_receipt(data, reserved.message_id, reserved.reserved_at, pdf, invoice.number)


async def _payment_failed(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
    from workers.documents.receipt import PaymentFailedData, compose_payment_failed

    assert reserved.message_id is not None
    return compose_payment_failed(PaymentFailedData(**_common(tools, order)), reserved.message_id, reserved.reserved_at)


def _common(tools: Tools, order: OrderView) -> dict[str, Any]:
    """What every mail about an order says."""
    settings = tools.settings
    key = order_key(settings.cookie_secrets[0], order.number)
    return {
        "order_number": order.number,
        "order_url": f"{settings.public_url}/orders/{order.number}?key={key}",
        "placed_on": order.placed_at.astimezone(settings.time_zone).date(),
        "total_cents": order.total_cents,
        "seller": settings.seller,
        "sender": settings.mail_from,
        "recipient": order.email,
    }
