"""The job `account-mail`: a mail about an account, sent exactly once as the mails of orders are (docs/decisions/0013).

Its done-key is `PURPOSE:LINK`; the link's secret is made again here, and stands in no table and no message.
"""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from hashlib import sha256

from shared.db import Connection
from shared.domain.mailed_links import secret_of_link
from shared.queries import documents, jobs, mail_sendings, users
from shared.queries.account_mails import restored_after
from shared.queries.documents import NOT_SENT, Document, NewDocument
from shared.queries.jobs import HeldJob
from shared.queries.mail_sendings import Sending
from shared.queries.users import Link, User
from workers.mail import MailRefused, MailUnavailable, Written, ascii_address, is_only_recorded, write
from workers.mail_doubt import Fate, fate_in_doubt
from workers.tools import Tools

PAGES = {
    "verify": "/account/verify?token=",
    "reset": "/account/reset?token=",
    "known": "/account/sign-in",
    "change": "/account/email/confirm?token=",
    "taken": "/account/sign-in",
    "asked": "/account/password",
    "moved": "/imprint",
}


class NotYet(Exception):
    """There may still be word of this mail; the job is taken up again later."""


@dataclass(frozen=True)
class Addressed:
    """A link, the account that it belongs to, and the address as mail servers take it."""

    link: Link
    user: User
    recipient: str


async def send_account_mail(tools: Tools, held: HeldJob) -> None:
    """Send it; a link that is used, too old or nobody's needs no mail any more."""
    found = await _addressed(tools, held)
    if found is None:
        return
    reserved = await tools.database.retrying(lambda connection: _reserve(connection, tools, found))
    if reserved.state == "done":
        return
    fate = await _fate(tools, held, reserved)
    if fate is Fate.TAKEN:
        await _note(tools, reserved, "found by its Message-ID")
        return
    mail = write(_letter(tools, found, reserved))
    digest, is_blind = sha256(mail.content).hexdigest(), fate is Fate.UNKNOWN
    sending = Sending(reserved.id, held.token, digest, len(mail.content), is_blind=is_blind)
    await tools.database.retrying(lambda connection: _begin(connection, tools, held, sending))
    reply = await _hand_over(tools, mail, found, sending)
    await _note(tools, reserved, reply)


async def _addressed(tools: Tools, held: HeldJob) -> Addressed | None:
    async with tools.database.writer() as connection:
        link = await users.link_by_id(connection, int(held.done_key.rpartition(":")[2]))
        user = await users.user_by_id(connection, link.owner_id) if link else None
    if link is None or user is None:
        return None
    try:
        return Addressed(link, user, ascii_address(link.email or user.email))
    except MailRefused:
        return None  # no mail server would take it, today or later


async def _reserve(connection: Connection, tools: Tools, found: Addressed) -> Document:
    subject, link = f"user:{found.user.id}", found.link
    known = await documents.find_document(connection, subject, link.purpose, link.id)
    if known is not None:
        return known
    domain = parseaddr(tools.settings.mail_from)[1].rpartition("@")[2]
    message_id = f"<{link.purpose}.user-{found.user.id}.{link.id}@{domain}>"
    new = NewDocument(subject=subject, kind=link.purpose, revision=link.id, snapshot="{}", message_id=message_id)
    await documents.reserve(connection, new)
    return await documents.get_document(connection, subject, link.purpose, link.id)


async def _fate(tools: Tools, held: HeldJob, reserved: Document) -> Fate:
    async with tools.database.writer() as connection:
        may_be_older = await restored_after(connection, held.done_key)
    fate = await fate_in_doubt(tools, reserved, may_be_older=may_be_older)
    if not isinstance(fate, Fate):
        raise NotYet(fate.why)
    return fate


def _letter(tools: Tools, found: Addressed, reserved: Document) -> EmailMessage:
    from workers.documents.account_mails import AccountMail, compose_account_mail

    settings, link = tools.settings, found.link
    secret = secret_of_link(settings.cookie_secrets, link.purpose, link.nonce, link.sha256)
    page = PAGES[link.purpose]
    data = AccountMail(
        url=settings.public_url + page + ((secret or "") if page.endswith("=") else ""),
        seller=settings.seller,
        sender=settings.mail_from,
        recipient=found.recipient,
    )
    return compose_account_mail(link.purpose, data, reserved.message_id or "", reserved.reserved_at)


async def _begin(connection: Connection, tools: Tools, held: HeldJob, sending: Sending) -> None:
    """Mark the mail, unless we were so slow that another process has the job and may be sending just now."""
    if not await jobs.renew(connection, held, tools.settings.step_lease_s):
        raise NotYet("the job was taken over")
    await mail_sendings.begin(connection, sending)


async def _hand_over(tools: Tools, mail: Written, found: Addressed, sending: Sending) -> str:
    """Send it; what the server certainly did not take is no longer in doubt."""
    if is_only_recorded(tools.settings, found.user.test_run):
        return NOT_SENT
    try:
        return await tools.mailer.send(mail, parseaddr(tools.settings.mail_from)[1], found.recipient)
    except (MailRefused, MailUnavailable):
        await tools.database.retrying(lambda connection: mail_sendings.take_back(connection, sending))
        raise


async def _note(tools: Tools, reserved: Document, reply: str) -> None:
    async with tools.database.transaction() as connection:
        await documents.note_sent(connection, reserved.id, reply)
        await mail_sendings.forget(connection, reserved.id)
