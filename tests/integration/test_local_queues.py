"""The queues of the one-machine stack, in the real emulator."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices, backing_services
from deploy.local.ports import Ports
from deploy.local.queues import QUEUES


@pytest_asyncio.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[BackingServices]:
    given = {**os.environ, "VISIBILITY_S": "7"}
    async with backing_services(tmp_path, Ports.free(), given, only=("sqs",)) as running:
        yield running


@pytest.fixture
def client(emulator: BackingServices) -> Any:
    return boto3.client(
        "sqs",
        endpoint_url=emulator.environment["SQS_ENDPOINT_URL"],
        region_name=emulator.environment["AWS_REGION"],
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def attributes(client: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


async def test_every_queue_has_the_visibility_time_that_was_set_and_a_dead_letter_queue(
    emulator: BackingServices, client: Any
) -> None:
    for variable, name in zip(("ORDERS", "DOCUMENTS", "MEDIA", "WORKER"), QUEUES, strict=True):
        url = emulator.environment[f"{variable}_QUEUE_URL"]

        found = attributes(client, url)

        assert found["VisibilityTimeout"] == "7"
        assert f":{name}-dead" in found["RedrivePolicy"]
        assert '"maxReceiveCount": 5' in found["RedrivePolicy"]
        assert attributes(client, f"{url}-dead")["MessageRetentionPeriod"] == "1209600"


async def test_the_queues_are_made_again_when_the_emulator_died_and_forgot_them(
    emulator: BackingServices, client: Any
) -> None:
    url = emulator.environment["ORDERS_QUEUE_URL"]
    client.send_message(QueueUrl=url, MessageBody="an order")

    emulator.supervisor.kill_part("sqs")
    await emulator.supervisor.until_ready("sqs")

    assert attributes(client, url)["ApproximateNumberOfMessages"] == "0"
