"""Hands mail to a mail server, and asks it whether it took a mail already.

MailFault
 ├ MailUnavailable   not taken now; the same mail may be sent again
 ├ MailRefused       not taken, and never will be
 └ MailUnsure        the answer was lost after the text went out: `find` before sending again
"""

import json
import socket
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import aiosmtplib
from tornado.httpclient import AsyncHTTPClient, HTTPError

from shared.settings import Settings, SettingsError

CONNECT_S = 2
ANSWER_S = 5  # the longest wait for one answer of the server


class MailFault(Exception):
    """A mail was not sent, or we do not know; the text is for logs and holds no address."""


class MailUnavailable(MailFault):
    pass


class MailRefused(MailFault):
    pass


class MailUnsure(MailFault):
    pass


class Mailer(Protocol):
    async def send(self, message: EmailMessage, sender: str, recipient: str) -> str:
        """Hand over the message's exact bytes and return the server's answer.

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
            MailUnsure: this server has no way to be asked.
        """


def open_mailer(settings: Settings) -> Mailer:
    """Make the mailer of MAIL_URL: `smtp://[user:password@]host:port[?mailbox=http://host:port]`.

    Raises:
        SettingsError: another scheme, or no host.
    """
    url = urlsplit(settings.mail_url)
    if url.scheme != "smtp" or not url.hostname:
        raise SettingsError("MAIL_URL must be smtp://host:port; ses:// is not supported yet")
    mailbox = parse_qs(url.query).get("mailbox", [""])[0].rstrip("/")
    return SmtpMailer(url.hostname, url.port or 25, unquote(url.username or ""), unquote(url.password or ""), mailbox)


@dataclass(frozen=True)
class SmtpMailer:
    """One connection a mail; with a user name over TLS only.

    Attributes:
        mailbox: address of the JSON that lists what was taken, "" when the server has none.
    """

    host: str
    port: int
    username: str
    password: str
    mailbox: str

    async def send(self, message: EmailMessage, sender: str, recipient: str) -> str:
        client = self._client()
        try:
            await self._connect(client)
            await _address(client, sender, recipient)
            return await _hand_over(client, message)
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            timeout=ANSWER_S,
            start_tls=True if self.username else None,  # None: where the server offers it
            local_hostname=socket.gethostname(),  # the default asks the name server
        )

    async def _connect(self, client: aiosmtplib.SMTP) -> None:
        """A refusal here is about us or the server, not about this mail, so it may pass."""
        try:
            await client.connect(timeout=CONNECT_S)
            if self.username:
                await client.login(self.username, self.password)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailUnavailable(f"not connected: {type(error).__name__}") from error

    async def find(self, message_id: str) -> bool:
        if not self.mailbox:
            raise MailUnsure("this mail server has no list of what it took")
        address = f"{self.mailbox}/api/messages?{urlencode({'message_id': message_id})}"
        try:
            response = await AsyncHTTPClient().fetch(address, connect_timeout=CONNECT_S, request_timeout=ANSWER_S)
            return bool(json.loads(response.body))
        except (HTTPError, OSError, ValueError) as error:
            raise MailUnavailable(f"the mailbox could not be asked: {type(error).__name__}") from error


async def _address(client: aiosmtplib.SMTP, sender: str, recipient: str) -> None:
    if not recipient.isprintable():  # the library would quietly make another address of it
        raise MailRefused("the address has a line break or a control character in it")
    try:
        await client.mail(sender)
        await client.rcpt(recipient)
    except aiosmtplib.SMTPResponseException as error:
        raise _answered(error) from error
    except ValueError as error:
        raise MailRefused("the address cannot be written in SMTP") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailUnavailable(f"no answer to the address: {type(error).__name__}") from error


async def _hand_over(client: aiosmtplib.SMTP, message: EmailMessage) -> str:
    """Send the text; without an answer to it nobody knows whether the server took it."""
    try:
        answer = await client.data(message.as_bytes())
    except aiosmtplib.SMTPResponseException as error:
        raise _answered(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailUnsure(f"no answer to the text: {type(error).__name__}") from error
    await _say_goodbye(client)
    return f"{answer.code} {answer.message}"


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    """The mail is taken; what goes wrong from here on changes nothing."""
    try:
        await client.quit(timeout=CONNECT_S)
    except (aiosmtplib.SMTPException, OSError):
        return


def _answered(error: aiosmtplib.SMTPResponseException) -> MailFault:
    """Read the three-digit code: 4xx is for now, 5xx for ever, anything else is no answer that we understand."""
    if error.code >= 500:
        return MailRefused(f"answered {error.code}")
    return MailUnavailable(f"answered {error.code}") if error.code >= 400 else MailUnsure(f"answered {error.code}")
