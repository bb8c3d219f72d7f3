"""An operators' office with queues of its own in the session's emulator, and a worker whose steps die."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.db import Database
from shared.gateway import InvoiceGateway
from shared.media import Media
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_number
from shared.queries.steps import Claim
from shared.settings import Settings
from shared.sqs import sqs_client
from tests.factories import add_variant, place
from tests.fakes import ListPublisher, MemoryCards, MemoryMailer
from workers.ledger import Done, Hopeless, carry_out
from workers.operators.dead_queues import DeadQueues
from workers.operators.office import Office
from workers.tools import Tools

NAMES = ("orders", "documents", "media", "jobs")


@asynccontextmanager
async def own_office(settings: Settings, database: Database) -> AsyncIterator[Office]:
    """Empty queues, each with its dead-letter queue, that no other test uses."""
    client = await asyncio.to_thread(sqs_client, settings, 1)
    urls = {name: client.create_queue(QueueName=f"office-{name}")["QueueUrl"] for name in NAMES}
    dead = [client.create_queue(QueueName=f"office-{name}-dead")["QueueUrl"] for name in NAMES]
    own = replace(settings, queue_urls=urls, sqs_wait_s=0)
    office = Office(settings=own, database=database, publisher=ListPublisher(), dead=DeadQueues(own))
    yield office
    office.dead.close()
    for url in (*urls.values(), *dead):
        client.delete_queue(QueueUrl=url)
    client.close()


async def send(settings: Settings, queue: str, *bodies: str, dead: bool = True, **attributes: Any) -> None:
    """Put messages into a queue's dead-letter queue, or into itself."""
    client = await asyncio.to_thread(sqs_client, settings, 1)
    url = settings.queue_urls[queue] + ("-dead" if dead else "")
    for body in bodies:
        client.send_message(QueueUrl=url, MessageBody=body, **attributes)
    client.close()


async def bodies_in(settings: Settings, queue: str) -> list[str]:
    """What a worker of this queue would receive now."""
    client = await asyncio.to_thread(sqs_client, settings, 1)
    answer = client.receive_message(QueueUrl=settings.queue_urls[queue], MaxNumberOfMessages=10, VisibilityTimeout=0)
    client.close()
    return [message["Body"] for message in answer.get("Messages", [])]


async def ordered(office: Office, cart_id: str = "cart-1") -> str:
    """The number of an order on invoice whose first step, payment, is queued."""
    sku = await add_variant(office.database, sku=f"{cart_id.upper()}-S")
    return (await place(office.database, {sku: 1}, cart_id)).order.number


async def bury(office: Office, number: str, why: str = "no such card") -> None:
    """Let a worker find that the order's payment step cannot be done."""

    async def fail(_: Tools, __: Claim) -> Done:
        raise Hopeless(why)

    tools = Tools(
        settings=office.settings,
        database=office.database,
        gateways={"invoice": InvoiceGateway(), "card": MemoryCards()},
        mailer=MemoryMailer(),
        media=Media(Path("/nowhere")),
        publisher=office.publisher,
    )
    await carry_out(tools, fail, (await step_row(office, number))["id"])


async def step_row(office: Office, number: str, step: str = "payment") -> dict[str, Any]:
    async with office.database.writer() as connection:
        row = await connection.row(
            "SELECT s.*, TIMESTAMPDIFF(SECOND, s.created_at, UTC_TIMESTAMP(6)) AS age_s FROM steps s "
            "JOIN orders o ON o.id = s.order_id WHERE o.number = %s AND s.step = %s",
            (number, step),
        )
    assert row is not None
    return dict(row)


async def look(office: Office, number: str) -> OrderView:
    async with office.database.writer() as connection:
        return await order_by_number(connection, number)
