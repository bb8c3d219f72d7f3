"""Hands mail to a mail server, and asks it whether it took a mail already.

MailFault
 ├ MailUnavailable   not taken now; the same mail may be sent again
 ├ MailRefused       not taken, and never will be
 └ MailUnsure        the answer was lost after the text went out: `find` before sending again
"""

import logging
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import idna

from shared.db import Database
from shared.settings import Settings, SettingsError

logger = logging.getLogger(__name__)


class MailFault(Exception):
    """A mail was not sent, or we do not know.

    The text is for logs and holds no address; raise it `from None`, as what servers answer often repeats the address.
    """


class MailUnavailable(MailFault):
    pass


class MailRefused(MailFault):
    pass


class MailUnsure(MailFault):
    pass


@dataclass(frozen=True)
class Written:
    """A mail as the bytes that go out, written once: that is the dearest part of sending it."""

    message_id: str
    content: bytes


def write(message: EmailMessage) -> Written:
    return Written(message["Message-ID"], bytes(message))


def is_only_recorded(settings: Settings, test_run: str | None) -> bool:
    """Whether a mail is written and noted, but goes to nobody: a load run's, in production."""
    return test_run is not None and settings.is_production


class Mailer(Protocol):
    async def send(self, mail: Written, sender: str, recipient: str) -> str:
        """Hand over the mail's exact bytes and return the server's answer.

        Args:
            sender: bare address that gets the bounces.
            recipient: bare address.
        Raises:
            MailFault: one of the three.
        """

    async def find(self, message_id: str) -> bool:
        """Tell whether the server took a mail with this Message-ID (with its angle brackets).

        Raises:
            MailUnavailable: it cannot be asked now.
            MailUnsure: it does not know: it has no way to be asked, or has no word of this mail so far.
        """


def open_mailer(settings: Settings, database: Database) -> Mailer:
    """Make the mailer of MAIL_URL.

    `smtp://[user:password@]host:port[?mailbox=http://host:port]`
    `ses://REGION?configuration-set=NAME[&endpoint=http://host:port]`

    Raises:
        SettingsError: another scheme, no host or region, no configuration set.
    """
    url = urlsplit(settings.mail_url)
    options = {name: values[0].rstrip("/") for name, values in parse_qs(url.query).items()}
    if url.scheme == "ses":
        return _ses(settings, database, url.netloc, options)
    if url.scheme != "smtp" or not url.hostname:
        raise SettingsError("MAIL_URL must be smtp://host:port or ses://REGION?configuration-set=NAME")
    from workers.smtp import SmtpMailer

    login = unquote(url.username or ""), unquote(url.password or "")
    return SmtpMailer(url.hostname, url.port or 25, *login, options.get("mailbox", ""))


def _ses(settings: Settings, database: Database, region: str, options: dict[str, str]) -> Mailer:
    """Without a configuration set and a queue for its events SES tells nothing, and nobody could be asked."""
    from workers.mail_listener import MailEvents
    from workers.ses import Account, SesMailer

    if not region or not options.get("configuration-set"):
        raise SettingsError("MAIL_URL must be ses://REGION?configuration-set=NAME")
    if not settings.mail_events_queue_url:
        logger.warning("MAIL_EVENTS_QUEUE_URL is not set: a mail whose answer is lost will be sent again unasked")
    account = Account(region, options["configuration-set"], options.get("endpoint", ""))
    return SesMailer(account, MailEvents(settings, database))


def ascii_address(address: str) -> str:
    """Write an address as every mail server takes it, its domain in punycode: bücher.example as xn--bcher-kva.example.

    Raises:
        MailRefused: it is no address, or has letters before the @ that few servers take.
    """
    local, _, domain = address.rpartition("@")
    try:
        written = address if domain.isascii() else f"{local}@{idna.encode(domain, uts46=True).decode()}"
        parsed = Address(addr_spec=written)
    except (idna.IDNAError, MessageError, ValueError, IndexError):
        raise MailRefused("the address cannot be written in ASCII") from None
    if not (written.isascii() and written.isprintable() and parsed.username and parsed.domain):
        raise MailRefused("the address cannot be written in ASCII")
    return written
