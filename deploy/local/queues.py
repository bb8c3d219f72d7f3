"""Makes the queues in the emulator, each with a dead-letter queue, and the table of carts, as on AWS."""

import asyncio
import http.client
import json
from typing import Any

from deploy.local.part import Output, Probe

ACCOUNT = "123456789012"
REGION = "eu-central-1"
CARTS_TABLE = "carts"
SQS, DYNAMODB = ("sqs", "AmazonSQS"), ("dynamodb", "DynamoDB_20120810")
QUEUES = ("orders", "documents", "media", "jobs")
MAX_RECEIVE_COUNT = 5
RETENTION_S = 14 * 24 * 3600  # the longest that SQS keeps a message
ANSWER_S = 5.0


class QueueFault(Exception):
    """The emulator does not answer, or says no."""


def queue_url(port: int, name: str) -> str:
    return f"http://127.0.0.1:{port}/{ACCOUNT}/{name}"


def queues_are_made(port: int, visibility_s: int) -> Probe:
    """Ready once the emulator answers and has all queues; it lost them if it was started again."""

    async def probe(_: Output) -> bool:
        try:
            await asyncio.to_thread(make_queues, port, visibility_s)
            await asyncio.to_thread(make_carts_table, port)
        except QueueFault:
            return False
        return True

    return probe


def make_queues(port: int, visibility_s: int) -> None:
    """Make what is missing; blocks.

    Raises:
        QueueFault: the emulator cannot be reached or refuses.
    """
    for name in QUEUES:
        _create(port, f"{name}-dead", {})
        redrive = {
            "deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-dead",
            "maxReceiveCount": MAX_RECEIVE_COUNT,
        }
        attributes = {"VisibilityTimeout": str(visibility_s), "RedrivePolicy": json.dumps(redrive)}
        _create(port, name, attributes)


def make_carts_table(port: int) -> None:
    """Make the table that CART_STORE=dynamodb uses, if it is missing; blocks.

    Raises:
        QueueFault: the emulator cannot be reached or refuses.
    """
    table = {
        "TableName": CARTS_TABLE,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if CARTS_TABLE not in _ask(port, DYNAMODB, "ListTables", {})["TableNames"]:
        _ask(port, DYNAMODB, "CreateTable", table)


def empty_carts_table(port: int) -> None:
    """Lose every cart; blocks.

    Raises:
        QueueFault: the emulator cannot be reached or refuses.
    """
    _ask(port, DYNAMODB, "DeleteTable", {"TableName": CARTS_TABLE})
    make_carts_table(port)


def _create(port: int, name: str, attributes: dict[str, str]) -> None:
    kept = {"MessageRetentionPeriod": str(RETENTION_S), **attributes}
    _ask(port, SQS, "CreateQueue", {"QueueName": name, "Attributes": kept})


def _ask(port: int, service: tuple[str, str], action: str, body: dict[str, Any]) -> dict[str, Any]:
    """One call of a JSON protocol; the emulator reads service and region from the unchecked signature."""
    name, target = service
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"{target}.{action}",
        "Authorization": f"AWS4-HMAC-SHA256 Credential=local/20260101/{REGION}/{name}/aws4_request, Signature=none",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    try:
        connection.request("POST", "/", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise QueueFault(str(error)) from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise QueueFault(f"{action} was answered with {answer.status}: {text[:200]}")
    return dict(json.loads(text))
