"""The steps that send a mail: `receipt`, and `mail_KIND` for everything that is told later.

Exactly once: a row is reserved with its Message-ID, marked as "sending" before the mail goes out, and whoever finds it
so marked asks the mail server's side by Message-ID before sending again.
"""

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import parseaddr
from hashlib import sha256

from shared import crash
from shared.db import Connection
from shared.messages import Message
from shared.queries import documents
from shared.queries.documents import Document, NewDocument
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_id
from shared.queries.placing import insert_event
from shared.queries.steps import Claim
from workers.invoice_step import subject_of
from workers.ledger import Done, Hopeless
from workers.letters import LETTERS
from workers.mail import MailRefused
from workers.tools import Tools


async def send_receipt(tools: Tools, held: Claim) -> Done:
    """The receipt with its invoice; ref is the revision, 0 for the first. Sent again by a person it is the second."""
    return await _send(tools, held, "receipt", revision=held.ref or 1)


async def send_mail(tools: Tools, held: Claim) -> Done:
    """Any other mail about an order: the step is `mail_KIND`, ref tells what it is about."""
    kind = held.step.removeprefix("mail_")
    if kind not in LETTERS:
        raise Hopeless(f"there is no mail of the kind {kind}")
    return await _send(tools, held, kind, revision=held.ref)


async def _send(tools: Tools, held: Claim, kind: str, revision: int) -> Done:
    async with tools.database.writer() as connection:
        order = await order_by_id(connection, held.order_id)
    reserved = await tools.database.retrying(lambda connection: _reserve(connection, tools, order, kind, revision))
    crash.here("mail.after_reserve")
    if reserved.state == "done":
        return Done(lambda connection: _note(connection, order, kind, None, ""))
    assert reserved.message_id is not None
    if reserved.state == "sending" and await tools.mailer.find(reserved.message_id):
        crash.here("mail.after_question")
        return Done(lambda connection: _note(connection, order, kind, reserved, "found by its Message-ID"))
    message = await LETTERS[kind](tools, order, reserved)
    content = bytes(message)
    crash.here("mail.after_render")
    async with tools.database.writer() as connection:
        await documents.note_sending(connection, reserved.id, sha256(content).hexdigest(), len(content))
    crash.here("mail.before_send")
    reply = await _hand_over(tools, message, order)
    crash.here("mail.after_send")
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
    connection: Connection, order: OrderView, kind: str, reserved: Document | None, reply: str
) -> Sequence[Message]:
    if reserved is not None:
        await documents.note_sent(connection, reserved.id, reply)
        await insert_event(connection, order.id, "receipt.sent" if kind == "receipt" else f"mail.{kind}_sent")
        crash.here("mail.before_commit")
    return ()
