"""Opens the stand: backing parts, wires before them, and the shop's processes behind the wires."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from deploy.local.backing import backing_services
from deploy.local.mariadb import database_url
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.supervisor import Supervisor
from deploy.local.tiers import tier_parts
from shared.db import Database
from shared.migrate import migrate
from shared.settings import load_settings
from tests.faults.queue_wire import QueueWire, open_queue_wire
from tests.faults.stand import SHOP, WORKERS, Stand
from tests.faults.wires import Wire, open_wire

QUICK = {
    "ENVIRONMENT": "test",
    "LOG_FORMAT": "text",
    "STEP_LEASE_S": "3",
    "STEP_DEADLINE_S": "6",
    "SWEEP_EVERY_S": "1",
    "VISIBILITY_S": "10",
    "PAYMENT_TIMEOUT_S": "2",
    "RATE_ADDRESS_PER_S": "0",
}
LINKS = ("storefront", "mariadb", "redis", "payment", "smtp", "mailbox")


def parts_of(place: Place, ports: Ports, environ: Mapping[str, str], teams: int) -> list[Part]:
    """The shop's parts on an outer supervisor's backing; with teams > 1 as many processes for each worker queue."""
    parts = [
        replace(part, needs=(), opens_after=(), environment=dict(environ), stop_s=8)
        for part in tier_parts(place, ports, environ)
        if part.name in SHOP
    ]
    more = [
        replace(part, name=f"{part.name}-{n}") for n in range(2, teams + 1) for part in parts if part.name in WORKERS
    ]
    return parts + [replace(part, environment=dict(environ)) for part in more]


@asynccontextmanager
async def open_stand(folder: Path, *, teams: int = 1, seed: int = 0, **variables: str) -> AsyncIterator[Stand]:
    """Start everything below this folder, on free ports; ends all of it, also when the start fails half-way."""
    async with AsyncExitStack() as stack:
        ports = Ports.free()
        backing = await stack.enter_async_context(backing_services(folder, ports, {**os.environ, **QUICK, **variables}))
        await asyncio.to_thread(migrate, backing.environment["DATABASE_WRITER_URL"])
        wires = {name: await open_wire(getattr(ports, name), seed) for name in LINKS}
        for wire in wires.values():
            stack.push_async_callback(wire.close)
        queue = await open_queue_wire(ports.sqs, seed)
        stack.push_async_callback(queue.close)
        environ = backing.environment | _through(wires, queue)
        parts = parts_of(backing.place, ports, environ, teams)
        database = Database(backing.environment["DATABASE_WRITER_URL"])
        stack.push_async_callback(database.close)
        own = {part.name: part.environment for part in parts}
        stand = Stand(backing, wires, queue, database, load_settings(backing.environment), own)  # type: ignore[arg-type]
        stand.shop = Supervisor(parts, backing.place)
        await stack.enter_async_context(stand.shop)
        yield stand
        stand.heal()


def _through(wires: Mapping[str, Wire], queue: QueueWire) -> dict[str, str]:
    port = {name: wire.port for name, wire in wires.items()}
    return {
        "DATABASE_WRITER_URL": database_url(port["mariadb"]),
        "REDIS_URL": f"redis://127.0.0.1:{port['redis']}/0",
        "SQS_ENDPOINT_URL": f"http://127.0.0.1:{queue.port}",
        "MAIL_URL": f"smtp://127.0.0.1:{port['smtp']}?mailbox=http://127.0.0.1:{port['mailbox']}",
        "PAYMENT_GATEWAY": f"http://127.0.0.1:{port['payment']}",
    }
