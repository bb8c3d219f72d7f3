"""An ordinary order passes every ordinary point, and Celery's processes die where they are told to."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from shared import crash
from shared.crash import ORDER, POINTS
from shared.db import Database
from shared.messages import Message
from shared.queries.orders import order_by_number
from shared.queue import SqsPublisher
from shared.settings import Settings, load_settings
from shared.sqs import Queues, sqs_client
from storefront.ordering import order_cart
from storefront.shop import open_shop
from tests.factories import a_cart, a_request, add_variant, place
from tests.waiting import PATIENCE_S, until
from workers.ledger import carry_out
from workers.steps import WORK
from workers.tools import open_tools

OF_THE_WORKERS_MAIN_PROCESS = ("take.after_receive", "ack.before_delete", "ack.after_delete")
BY_CARD = {"payment_method": "card", "payment_token": "tok_success"}
STEPS = (("payment", "orders.process"), ("invoice", "documents.invoice"), ("receipt", "documents.receipt"))
Start = Callable[[str], subprocess.Popen[bytes]]


@pytest_asyncio.fixture
async def environ(backing: BackingServices, settings: Settings, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The session's services, with queues of this test's own and short times."""
    client = await asyncio.to_thread(sqs_client, settings, 1)
    variables = {"orders": "ORDERS", "documents": "DOCUMENTS", "media": "MEDIA", "jobs": "WORKER"}
    urls = {
        variable: client.create_queue(QueueName=f"crash-{name}", Attributes={"VisibilityTimeout": "3"})["QueueUrl"]
        for name, variable in variables.items()
    }
    own = {f"{variable}_QUEUE_URL": url for variable, url in urls.items()}
    yield {**backing.environment, **own, "VISIBILITY_S": "3", "CRASH_DIR": str(tmp_path / "crash")}
    for url in urls.values():
        client.delete_queue(QueueUrl=url)
    client.close()


@pytest.fixture
def start(environ: dict[str, str]) -> Iterator[Start]:
    """Starts the worker of the queue `orders` that dies at this point."""
    started: list[subprocess.Popen[bytes]] = []

    def work(crash_at: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "workers", "orders"]
        started.append(subprocess.Popen(words, env=environ | {"CRASH_AT": crash_at}, start_new_session=True))
        return started[-1]

    yield work
    for worker in started:
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)  # the children of a killed one, too
        worker.wait()


async def announce(environ: dict[str, str], *messages: Message) -> None:
    publisher = SqsPublisher(load_settings(environ))
    assert await publisher.announce(messages) == list(messages)
    await publisher.close()


@pytest.mark.parametrize("payment", [{}, BY_CARD], ids=["invoice", "card"])
async def test_an_ordinary_order_passes_every_ordinary_point(
    environ: dict[str, str], database: Database, payment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[str] = []
    monkeypatch.setattr(crash, "here", passed.append)
    coat = await add_variant(database)

    async with open_shop(load_settings(environ), 0) as shop:
        placed = await order_cart(shop, a_cart({coat: 1}), "key-1", a_request(**payment))
    tools = await open_tools(load_settings(environ))
    for step, task in STEPS:
        await carry_out(tools, WORK[task], await step_id(database, step))
    await tools.close()

    expected = {*POINTS[ORDER], *(POINTS["card"] if payment else ())} - {*OF_THE_WORKERS_MAIN_PROCESS}
    assert set(passed) == expected
    assert placed.messages


async def step_id(database: Database, step: str) -> int:
    async with database.writer() as connection:
        row = await connection.row("SELECT id FROM steps WHERE step = %s", (step,))
    assert row is not None
    return int(row["id"])


@pytest.mark.parametrize("name", OF_THE_WORKERS_MAIN_PROCESS)
async def test_a_worker_dies_at_its_second_message_and_the_next_one_does_the_rest(
    environ: dict[str, str], database: Database, start: Start, name: str
) -> None:
    coat = await add_variant(database)
    orders = [await place(database, {coat: 1}, cart_id=f"cart-{n}", key=f"key-{n}") for n in range(3)]
    queues = Queues(load_settings(environ))

    async def is_empty() -> bool:
        depth = (await queues.depths())["orders"]
        return (depth.visible, depth.in_flight) == (0, 0)

    await announce(environ, *(message for order in orders for message in order.messages))
    first = start(f"{name}:2")
    assert await asyncio.to_thread(first.wait, PATIENCE_S) == -signal.SIGKILL

    second = start(f"{name}:2")
    await until(is_empty)

    assert second.poll() is None
    queues.close()


async def test_a_child_of_celery_dies_and_another_one_carries_the_step_out(
    environ: dict[str, str], database: Database, start: Start
) -> None:
    coat = await add_variant(database)
    placed = await place(database, {coat: 1})
    await announce(environ, *placed.messages)

    async def is_done() -> bool:
        async with database.writer() as connection:
            order = await order_by_number(connection, placed.order.number)
        return order.steps[0].state == "done"

    worker = start("step.after_claim:1")
    await until(is_done)

    assert worker.poll() is None
    assert os.listdir(environ["CRASH_DIR"]) == ["step.after_claim:1"]
