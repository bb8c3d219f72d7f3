"""Mail over SMTP: one connection a mail, and where there is one, the mailbox's own list of what it took."""

import json
import socket
from dataclasses import dataclass
from urllib.parse import urlencode

import aiosmtplib
from tornado.httpclient import AsyncHTTPClient, HTTPError

from workers.mail import MailFault, MailRefused, MailUnavailable, MailUnsure, Written, ascii_address

CONNECT_S = 2
ANSWER_S = 5  # the longest wait for one answer of the server


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

    async def send(self, mail: Written, sender: str, recipient: str) -> str:
        address = ascii_address(recipient)
        client = self._client()
        try:
            await self._connect(client)
            await _address(client, sender, address)
            return await _hand_over(client, mail.content)
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
            raise MailUnavailable(f"not connected: {type(error).__name__}") from None

    async def find(self, message_id: str) -> bool:
        if not self.mailbox:
            raise MailUnsure("this mail server has no list of what it took")
        address = f"{self.mailbox}/api/messages?{urlencode({'message_id': message_id})}"
        try:
            response = await AsyncHTTPClient().fetch(
                address, connect_timeout=CONNECT_S, request_timeout=ANSWER_S, follow_redirects=False
            )
            return bool(json.loads(response.body))
        except (HTTPError, OSError, ValueError) as error:
            raise MailUnavailable(f"the mailbox could not be asked: {type(error).__name__}") from None


async def _address(client: aiosmtplib.SMTP, sender: str, recipient: str) -> None:
    try:
        await client.mail(sender)
        await client.rcpt(recipient)
    except aiosmtplib.SMTPResponseException as error:
        raise _answered(error) from None
    except ValueError:
        raise MailRefused("the address cannot be written in SMTP") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailUnavailable(f"no answer to the address: {type(error).__name__}") from None


async def _hand_over(client: aiosmtplib.SMTP, content: bytes) -> str:
    """Send the text; without an answer to it nobody knows whether the server took it."""
    try:
        answer = await client.data(content)
    except aiosmtplib.SMTPResponseException as error:
        raise _answered(error) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailUnsure(f"no answer to the text: {type(error).__name__}") from None
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
