"""SES and its events: the emulator behind a wire that can lose answers, and a queue of our own."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.db import Database
from shared.settings import Settings
from shared.sqs import sqs_client
from tests.integration.ses.wire import Wire, wire_to
from tests.orders_at_work import Bench, open_bench
from workers import mail_listener, ses
from workers.mail_listener import MailEvents
from workers.ses import Account, SesMailer

SENDER = "orders@example.com"


@pytest_asyncio.fixture
async def wire(settings: Settings) -> AsyncIterator[Wire]:
    async with wire_to(settings.sqs_endpoint_url) as wire:
        client = await asyncio.to_thread(
            ses.ses_client, Account(settings.aws_region, "shop", settings.sqs_endpoint_url)
        )
        client.create_email_identity(EmailIdentity=SENDER)
        client.close()
        yield wire
        client.delete_email_identity(EmailIdentity=SENDER)


@pytest.fixture
def queue(settings: Settings) -> Iterator[Any]:
    """A client whose queue `mail-events` moves to its dead-letter queue what was received twice."""
    client = sqs_client(settings, 1)
    client.dead_url = client.create_queue(QueueName="mail-events-dead")["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=client.dead_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    attributes = {"RedrivePolicy": redrive, "VisibilityTimeout": "1"}
    client.url = client.create_queue(QueueName="mail-events", Attributes=attributes)["QueueUrl"]
    yield client
    for name in ("mail-events", "mail-events-dead"):
        url = client.create_queue(QueueName=name)["QueueUrl"]  # a test may have deleted it
        client.delete_queue(QueueUrl=url)
    client.close()


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch, settings: Settings, database: Database, queue: Any) -> Iterator[MailEvents]:
    monkeypatch.setattr(mail_listener, "WAIT_S", 0)  # the emulator has one server, and tests have no time
    events = MailEvents(replace(settings, mail_events_queue_url=queue.url), database)
    yield events
    events.close()


@pytest.fixture
def mailer(settings: Settings, wire: Wire, events: MailEvents) -> SesMailer:
    return SesMailer(Account(settings.aws_region, "shop", wire.endpoint), events)


@pytest.fixture
def bench(settings: Settings, database: Database, mailer: SesMailer, tmp_path: Path) -> Bench:
    bench = open_bench(settings, database, tmp_path)
    bench.tools = replace(bench.tools, mailer=mailer)
    return bench
