"""The four calls of SQS that the daemon needs, in its JSON protocol. The emulator does not check signatures."""

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ANSWER_S = 5.0  # beyond the time that SQS itself waits for messages

Attributes = Mapping[str, str]


class SqsFault(Exception):
    """SQS cannot be reached, or says no."""


@dataclass(frozen=True)
class Message:
    """One reception of a message. system: SQS's own attributes; attributes: its sender's."""

    id: str
    receipt: str
    body: str
    system: Attributes
    attributes: Attributes


class Queue:
    """One queue; a connection for each call, so any thread may call."""

    def __init__(self, endpoint: str, url: str, region: str) -> None:
        self._address = urlsplit(endpoint).netloc
        self._url, self._region = url, region

    @property
    def name(self) -> str:
        return self._url.rpartition("/")[2]

    def receive(self, most: int, wait_s: int, visibility_s: int) -> Sequence[Message]:
        """Up to `most` (1..10) messages, waiting wait_s for the first; hidden from others for visibility_s."""
        asked = {
            "MaxNumberOfMessages": most,
            "WaitTimeSeconds": wait_s,
            "VisibilityTimeout": visibility_s,
            "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        }
        return [_message(row) for row in self._call("ReceiveMessage", asked, wait_s).get("Messages") or []]

    def delete(self, message: Message) -> None:
        self._call("DeleteMessage", {"ReceiptHandle": message.receipt})

    def show_after(self, message: Message, seconds: int) -> None:
        self._call("ChangeMessageVisibility", {"ReceiptHandle": message.receipt, "VisibilityTimeout": seconds})

    def send(self, body: str, attributes: Attributes) -> None:
        typed = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        self._call("SendMessage", {"MessageBody": body, "MessageAttributes": typed})

    def _call(self, action: str, parameters: Mapping[str, object], wait_s: int = 0) -> Any:
        scope = f"local/20260101/{self._region}/sqs/aws4_request"
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"AmazonSQS.{action}",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=none",
        }
        connection = http.client.HTTPConnection(self._address, timeout=wait_s + ANSWER_S)
        try:
            connection.request("POST", "/", json.dumps({"QueueUrl": self._url, **parameters}), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != http.client.OK:
                raise SqsFault(f"{action} was answered with {answer.status}: {text[:200]!r}")
            return json.loads(text or b"{}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SqsFault(f"{action}: {error or type(error).__name__}") from error
        finally:
            connection.close()


def _message(row: Mapping[str, Any]) -> Message:
    attributes = {name: str(value.get("StringValue", "")) for name, value in row.get("MessageAttributes", {}).items()}
    return Message(row["MessageId"], row["ReceiptHandle"], row["Body"], row.get("Attributes", {}), attributes)
