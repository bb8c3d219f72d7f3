"""Messages that nobody can carry out, on the queue of a real worker: seen on their order, and in nobody's way."""

import asyncio
import base64
import json
import os
import pickle
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.messages import ORDERS, PROCESS_ORDER, Message, envelope
from shared.queries.orders import order_by_number
from shared.settings import Settings
from shared.sqs import sqs_client
from tests.factories import add_variant, place
from tests.waiting import until

JUNK = "x" * 250_000


class Bomb:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return open, (str(self._path), "w")


@dataclass
class Orders:
    """The queue `orders` of one worker of its own."""

    sqs: Any
    url: str
    worker: "subprocess.Popen[bytes]"

    def send(self, text: str) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=text)


@pytest_asyncio.fixture
async def orders(backing: BackingServices, settings: Settings, tmp_path: Path) -> AsyncIterator[Orders]:
    sqs = await asyncio.to_thread(sqs_client, settings, 1)
    url = sqs.create_queue(QueueName=f"orders-{secrets.token_hex(4)}")["QueueUrl"]
    log = tmp_path / "log"
    with log.open("wb") as output:
        environment = {**backing.environment, "ORDERS_QUEUE_URL": url}
        command = [sys.executable, "-m", "workers", "orders"]
        worker = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    yield Orders(sqs, url, worker)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    sqs.close()


def changed(number: str, change: Callable[[dict[str, Any]], object]) -> str:
    full = json.loads(base64.b64decode(envelope(Message(ORDERS, PROCESS_ORDER, 1, {"order_number": number}))))
    change(full)
    return base64.b64encode(json.dumps(full).encode()).decode()


def pickled(number: str, path: Path) -> str:
    body = base64.b64encode(pickle.dumps(Bomb(path))).decode()
    return changed(number, lambda full: full.update({"content-type": "application/x-python-serialize", "body": body}))


async def test_what_is_refused_is_seen_on_its_order_and_the_next_order_is_processed(
    orders: Orders, database: Database, tmp_path: Path
) -> None:
    coat, bomb = await add_variant(database), tmp_path / "bomb"
    number = (await place(database, {coat: 1}, cart_id="cart-1")).order.number
    second = await place(database, {coat: 1}, cart_id="cart-2")

    orders.send(JUNK)
    orders.send(pickle.dumps(Bomb(bomb), protocol=0).decode())
    orders.send(pickled(number, bomb))
    orders.send(changed(number, lambda full: full["headers"].update(task="orders.of-tomorrow")))
    orders.send(changed("ZZZZ-ZZZZ", lambda full: full["headers"].update(task="orders.of-tomorrow")))
    orders.send(changed(number, lambda full: full.update(body=JUNK[:100_000])))
    for message in second.messages:
        orders.send(envelope(message))

    async def refusals() -> list[str]:
        found = await reasons(database, number)
        return found if len(found) == 3 else []

    async def is_processing() -> bool:
        async with database.writer() as connection:
            return (await order_by_number(connection, second.order.number)).order_status == "processing"

    seen = await until(refusals)
    await until(is_processing)
    assert sorted(seen) == [
        "on the queue orders: it is no JSON in UTF-8",
        "on the queue orders: its body cannot be read",
        "on the queue orders: no such task here",
    ]
    async with database.writer() as connection:
        attention = (await order_by_number(connection, number)).attention
        untouched = (await order_by_number(connection, second.order.number)).attention
    assert attention is not None
    assert attention.startswith("A message about this order was refused: on the queue orders: ")
    assert untouched is None
    assert not bomb.exists()
    assert orders.worker.poll() is None


async def reasons(database: Database, number: str) -> list[str]:
    async with database.writer() as connection:
        order = await order_by_number(connection, number)
    return [str(event.why) for event in order.events if event.what == "message.refused"]
