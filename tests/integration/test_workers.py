"""Real workers on the real queue: from a placed order to the receipt in the mailbox."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from tornado.httpclient import AsyncHTTPClient

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.queries.orders import order_by_number
from shared.queue import SqsPublisher
from shared.settings import Settings
from tests.factories import add_variant, place
from tests.waiting import PATIENCE_S, until


@pytest_asyncio.fixture
async def workers(backing: BackingServices, database: Database) -> AsyncIterator[list[subprocess.Popen[bytes]]]:
    """The worker tier: two queues and the process that sweeps."""
    commands = (["workers", "orders"], ["workers", "documents"], ["workers.http", "--port", "0"])
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *command], env=backing.environment, start_new_session=True, stdin=subprocess.DEVNULL
        )
        for command in commands
    ]
    try:
        yield started
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


async def mails(backing: BackingServices, recipient: str) -> list[dict[str, Any]]:
    url = f"http://127.0.0.1:{backing.ports.mailbox}/api/messages?to={recipient}"
    answer = await AsyncHTTPClient().fetch(url)
    found: list[dict[str, Any]] = json.loads(answer.body)
    return found


@pytest.mark.usefixtures("workers")
async def test_an_order_becomes_a_receipt_with_its_invoice(
    backing: BackingServices, settings: Settings, database: Database
) -> None:
    coat = await add_variant(database)
    publisher = SqsPublisher(settings)

    placed = await place(database, {coat: 1}, email="whole@example.com")
    await publisher.announce(placed.messages)
    (mail,) = await until(lambda: mails(backing, "whole@example.com"))

    assert mail["headers"]["Message-ID"] == f"<receipt.{placed.order.number}.1@example.com>"
    (attachment,) = mail["attachments"]
    async with database.writer() as connection:
        done = await order_by_number(connection, placed.order.number)
    assert (attachment["content_type"], attachment["size"]) == ("application/pdf", done.documents[0].size)
    await publisher.close()


@pytest.mark.usefixtures("workers")
async def test_what_was_never_announced_is_swept_up(backing: BackingServices, database: Database) -> None:
    coat = await add_variant(database)

    await place(database, {coat: 1}, email="swept@example.com")

    assert len(await until(lambda: mails(backing, "swept@example.com"))) == 1


async def test_a_worker_that_is_asked_to_stop_ends_with_0(
    workers: list[subprocess.Popen[bytes]], backing: BackingServices, database: Database
) -> None:
    coat = await add_variant(database)
    await place(database, {coat: 1}, email="stop@example.com")
    await until(lambda: mails(backing, "stop@example.com"))

    for process in workers:
        process.terminate()
    codes = [await asyncio.to_thread(process.wait, PATIENCE_S) for process in workers]

    assert codes == [0, 0, 0]
