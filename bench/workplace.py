"""Running backing parts for a benchmark of the worker tier, and the questions that it asks them."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.backing import BackingServices, backing_services
from deploy.local.part import Part
from deploy.local.ports import Ports
from deploy.local.supervisor import Supervisor
from shared.db import Database
from shared.messages import ORDERS, Message
from shared.migrate import migrate
from shared.queue import SqsPublisher
from shared.services.checkout import Placed
from shared.settings import Settings, load_settings
from shared.sqs import Queues
from tests.factories import place
from tests.faults.processes import cpu_s
from tests.faults.shelf import fill_shelf
from tests.waiting import until

PATIENCE_S = 120
OPEN = "steps WHERE state <> 'done'"


@dataclass(frozen=True)
class Bench:
    backing: BackingServices
    database: Database
    publisher: SqsPublisher
    queues: Queues
    skus: Sequence[str]
    settings: Settings

    def running(self, parts: Sequence[Part]) -> Supervisor:
        """These parts beside the backing ones, for as long as the block takes."""
        return Supervisor(parts, self.backing.place)

    def emulator_s(self) -> float:
        """CPU that the SQS emulator, which stands for a service elsewhere, has used."""
        rows = self.backing.supervisor.rows()
        return cpu_s([row["pid"] for row in rows if row["name"] == "sqs" and row["pid"]])

    async def place(self, name: str) -> Placed:
        """An order of two lines, which nobody announces."""
        return await place(self.database, {self.skus[0]: 1, self.skus[1]: 2}, cart_id=name, key=name)

    async def order(self, name: str) -> list[Message]:
        return list((await self.place(name)).messages)

    async def left(self, sql: str) -> int:
        async with self.database.writer() as connection:
            row = await connection.row(f"SELECT COUNT(*) AS n FROM {sql}")  # noqa: S608
        return int(row["n"]) if row else 0

    async def waiting(self) -> int:
        depth = (await self.queues.depths())[ORDERS]
        return depth.visible + depth.in_flight

    async def all_done(self) -> None:
        async def is_done() -> bool:
            return not await self.left(OPEN)

        await until(is_done, PATIENCE_S)


@asynccontextmanager
async def open_bench(skus: int = 8) -> AsyncIterator[Bench]:
    """All that both tiers stand on, in a folder and on ports of its own, with a full shelf of so many SKUs."""
    with tempfile.TemporaryDirectory(prefix="shop-bench-") as folder:
        given = {**os.environ, "ENVIRONMENT": "test", "LOG_FORMAT": "text"}
        async with backing_services(Path(folder), Ports.free(), given) as backing:
            url = backing.environment["DATABASE_WRITER_URL"]
            await asyncio.to_thread(migrate, url)
            settings, database = load_settings(backing.environment), Database(url)
            publisher, queues = SqsPublisher(settings), Queues(settings)
            try:
                yield Bench(backing, database, publisher, queues, await fill_shelf(database, skus), settings)
            finally:
                queues.close()
                await publisher.close()
                await database.close()
