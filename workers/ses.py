"""Mail over Amazon SES. boto3 blocks, so it is called in a few threads, never on the event loop.

SES writes a Message-ID of its own over ours, so a mail carries ours as a tag. The configuration set tells of each mail
by its tag; what it told stands in a table, and that table is what `find` asks.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from shared.aws import Service, aws_client
from shared.queries.mail_events import tag_of
from workers.mail import MailFault, MailRefused, MailUnavailable, MailUnsure, Written, ascii_address
from workers.mail_events import TAG
from workers.mail_listener import MailEvents

CONNECT_S = 2
ANSWER_S = 10  # SES answers within a second; who gives up early is unsure, and that costs minutes
THREADS = 2  # a worker process sends one mail at a time; the other may still wait for a lost answer

# What SES says of this one mail. Everything else it refuses is about us (rate, rights, a paused account) and may pass.
FINAL = frozenset({"MessageRejected", "MailFromDomainNotVerifiedException", "BadRequestException"})
# Raised before the request left this machine.
NOT_SENT = frozenset({"ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError"})
# Raised while the credentials are looked for, or the request is put together.
NOT_MADE = frozenset(
    {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ParamValidationError"}
)


@dataclass(frozen=True)
class Account:
    """Where to send: `endpoint` is empty on AWS, and an emulator's address elsewhere."""

    region: str
    configuration_set: str
    endpoint: str


class SesMailer:
    def __init__(self, account: Account, events: MailEvents) -> None:
        self.account, self._events = account, events
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="ses")
        self._lock = threading.Lock()
        self._client: Any = None

    async def send(self, mail: Written, sender: str, recipient: str) -> str:
        request = {
            "FromEmailAddress": sender,
            "Destination": {"ToAddresses": [ascii_address(recipient)]},
            "Content": {"Raw": {"Data": mail.content}},
            "EmailTags": [{"Name": TAG, "Value": tag_of(mail.message_id)}],
            "ConfigurationSetName": self.account.configuration_set,
        }
        answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._send, request)
        return f"SES took it as {answer.get('MessageId', '')}"

    async def find(self, message_id: str) -> bool:
        """True once there was any word of the mail; SES never says that it did not take one."""
        if await self._events.is_known(tag_of(message_id)):
            return True
        raise MailUnsure("no word of the mail so far")

    def _send(self, request: dict[str, Any]) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            return self._ready().send_email(**request)
        except ClientError as error:
            raise _answered(error.response) from None
        except (BotoCoreError, ResponseParserError) as error:
            raise _unanswered(type(error).__name__) from None

    def _ready(self) -> Any:
        with self._lock:  # making a client is not thread-safe; using it is
            self._client = self._client or ses_client(self.account)
        return self._client


def ses_client(account: Account) -> Any:
    """A client of SES with one attempt, as a repeated one could be a second mail; blocks."""
    return aws_client(
        Service(
            name="sesv2",
            region=account.region,
            endpoint=account.endpoint,
            connect_s=CONNECT_S,
            read_s=ANSWER_S,
            threads=THREADS,
        )
    )


def _answered(response: dict[str, Any]) -> MailFault:
    """Read an error of SES; its message is left out, as it may hold an address.

    A 503 is given before the work begins. After any other 5xx nobody knows how far it got.
    """
    code = str(response.get("Error", {}).get("Code", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    told = f"SES answered {status} {code}"
    if code in FINAL:
        return MailRefused(told)
    return MailUnavailable(told) if 400 <= status < 500 or status == 503 else MailUnsure(told)


def _unanswered(name: str) -> MailFault:
    if name in NOT_SENT | NOT_MADE:
        return MailUnavailable(f"SES was not reached: {name}")
    return MailUnsure(f"no answer of SES: {name}")
