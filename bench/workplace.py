"""Running backing parts for a benchmark of the worker tier, and the questions that it asks them."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.messages import ORDERS, Message
from shared.queue import SqsPublisher
from shared.sqs import Queues
from tests.factories import place
from tests.faults.processes import cpu_s


@dataclass(frozen=True)
class Bench:
    backing: BackingServices
    database: Database
    publisher: SqsPublisher
    queues: Queues
    skus: Sequence[str]

    def emulator_s(self) -> float:
        """CPU that the SQS emulator, which stands for a service elsewhere, has used."""
        rows = self.backing.supervisor.rows()
        return cpu_s([row["pid"] for row in rows if row["name"] == "sqs" and row["pid"]])

    async def order(self, name: str) -> list[Message]:
        placed = await place(self.database, {self.skus[0]: 1, self.skus[1]: 2}, cart_id=name, key=name)
        return list(placed.messages)

    async def left(self, sql: str) -> int:
        async with self.database.writer() as connection:
            row = await connection.row(f"SELECT COUNT(*) AS n FROM {sql}")  # noqa: S608
        return int(row["n"]) if row else 0

    async def waiting(self) -> int:
        depth = (await self.queues.depths())[ORDERS]
        return depth.visible + depth.in_flight
