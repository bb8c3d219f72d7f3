"""The steps that send a mail: `receipt`, and `mail_KIND` for everything that is told later.

Exactly once: a row is reserved with its Message-ID, marked as "sending" before the mail goes out, and whoever finds it
so marked asks the mail server's side by Message-ID before sending again (`mail_doubt`).
"""

from collections.abc import Sequence
from dataclasses import replace
from email.utils import parseaddr
from hashlib import sha256

from shared import crash
from shared.db import Connection
from shared.messages import Message
from shared.queries import documents, mail_sendings, steps
from shared.queries.documents import NOT_SENT, Document, NewDocument
from shared.queries.mail_sendings import Sending
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_id
from shared.queries.placing import insert_event
from shared.queries.steps import Claim
from workers.invoice_step import subject_of
from workers.ledger import Done, Hopeless, LeaseLost, NotOurTurn
from workers.letters import LETTERS
from workers.mail import MailRefused, MailUnavailable, Written, ascii_address, is_only_recorded, write
from workers.mail_doubt import Fate, fate_of
from workers.tools import Tools


async def send_receipt(tools: Tools, held: Claim) -> Done | NotOurTurn:
    """The receipt with its invoice; ref is the revision, 0 for the first. Sent again by a person it is the second."""
    return await _send(tools, held, "receipt", revision=held.ref or 1)


async def send_mail(tools: Tools, held: Claim) -> Done | NotOurTurn:
    """Any other mail about an order: the step is `mail_KIND`, ref tells what it is about."""
    kind = held.step.removeprefix("mail_")
    if kind not in LETTERS:
        raise Hopeless(f"there is no mail of the kind {kind}")
    return await _send(tools, held, kind, revision=held.ref)


async def _send(tools: Tools, held: Claim, kind: str, revision: int) -> Done | NotOurTurn:
    async with tools.database.writer() as connection:
        order = _reachable(await order_by_id(connection, held.order_id))
    reserved = await tools.database.retrying(lambda connection: _reserve(connection, tools, order, kind, revision))
    crash.here("mail.after_reserve")
    if reserved.state == "done":
        return Done(lambda connection: _note(connection, order, kind, None, ""))
    fate = await fate_of(tools, reserved)
    if isinstance(fate, NotOurTurn):
        return fate
    if fate is Fate.TAKEN:
        crash.here("mail.after_question")
        return Done(lambda connection: _note(connection, order, kind, reserved, "found by its Message-ID"))
    mail = write(await LETTERS[kind](tools, order, reserved))
    crash.here("mail.after_render")
    is_blind = fate is Fate.UNKNOWN
    sending = Sending(reserved.id, held.token, sha256(mail.content).hexdigest(), len(mail.content), is_blind=is_blind)
    await tools.database.retrying(lambda connection: _begin(connection, tools, held, sending))
    crash.here("mail.before_send")
    reply = await _hand_over(tools, mail, order, sending)
    crash.here("mail.after_send")
    return Done(lambda connection: _note(connection, order, kind, reserved, reply))


def _reachable(order: OrderView) -> OrderView:
    """The order with its address as mail servers take it, for the envelope and for the letter's To alike."""
    try:
        return replace(order, email=ascii_address(order.email))
    except MailRefused as error:
        raise Hopeless(f"no mail can reach this order: {error}") from None


async def _begin(connection: Connection, tools: Tools, held: Claim, sending: Sending) -> None:
    """Mark the mail, unless we were so slow that another process has the step and may be sending just now."""
    if not await steps.renew(connection, held, tools.settings.step_lease_s):
        raise LeaseLost
    await mail_sendings.begin(connection, sending)


async def _hand_over(tools: Tools, mail: Written, order: OrderView, sending: Sending) -> str:
    """Send it; what the server certainly did not take is no longer in doubt."""
    if is_only_recorded(tools.settings, order.test_run):
        return NOT_SENT
    try:
        return await tools.mailer.send(mail, parseaddr(tools.settings.mail_from)[1], order.email)
    except (MailRefused, MailUnavailable) as error:
        await tools.database.retrying(lambda connection: mail_sendings.take_back(connection, sending))
        if isinstance(error, MailRefused):
            raise Hopeless(f"the mail server refuses this mail: {error}") from error
        raise


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
        await mail_sendings.forget(connection, reserved.id)
        await insert_event(connection, order.id, "receipt.sent" if kind == "receipt" else f"mail.{kind}_sent")
        crash.here("mail.before_commit")
    return ()
