"""The whole shop as real processes, with a faulty link before each thing it depends on.

The five backing parts stand for themselves; storefront, workers and worker-http reach them through wires only, and
start again whenever they die, as the supervisor of the one-machine stack does it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.backing import BackingServices
from deploy.local.supervisor import Supervisor
from shared.db import Database
from shared.settings import Settings
from shared.sqs import Queues
from tests.faults.queue_wire import QueueWire
from tests.faults.wires import Wire
from tests.ledgers import empty_ledgers
from tests.tables import empty_tables

WORKERS = ("worker-orders", "worker-documents")
SHOP = ("storefront-1", *WORKERS, "worker-media", "worker-http")
READY_S = 40


@dataclass
class Stand:
    """A running shop and what can be done to it.

    Attributes:
        wires: by the name of the link.
        database: past the wires, for the judge.
        variables: a part's own environment, which it gets at its next start.
    """

    backing: BackingServices
    wires: dict[str, Wire]
    queue: QueueWire
    database: Database
    settings: Settings
    variables: dict[str, dict[str, str]]
    shop: Supervisor = field(init=False)
    runs: int = 0

    @property
    def url(self) -> str:
        """Where buyers shop: through their own faulty link."""
        return f"http://127.0.0.1:{self.wires['storefront'].port}"

    def pid(self, part: str) -> int:
        """The leader of a part's process group; 0 while it is being started again."""
        return next((row["pid"] or 0 for row in self._rows() if row["name"] == part), 0)

    def states(self) -> dict[str, str]:
        return {row["name"]: row["state"] for row in self._rows()}

    def supervisor_of(self, part: str) -> Supervisor:
        return self.shop if part in self.variables else self.backing.supervisor

    async def kill(self, part: str) -> None:
        """SIGKILL to a part's whole group, and wait until it is back."""
        self.supervisor_of(part).kill_part(part)
        await self.ready(part)

    async def ready(self, *parts: str) -> None:
        async with asyncio.timeout(READY_S):
            for part in parts or (*self.variables, *("mariadb", "redis")):
                await self.supervisor_of(part).until_ready(part)

    def heal(self) -> None:
        """Every link is as good as new; nothing that was killed is waited for."""
        for wire in self.wires.values():
            wire.heal()
        self.queue.heal()

    async def begin(self) -> None:
        """Empty every ledger and mend every link, as if nothing had ever happened."""
        self.heal()
        self.queue.spoilt.clear()
        for wire in self.wires.values():
            wire.eaten = 0
        await self.ready()
        await empty_tables(self.database)
        if await self._has_messages():
            await self.kill("sqs")  # which forgets them: they would be about nothing now
        await empty_ledgers(self.backing)

    async def _has_messages(self) -> bool:
        queues = Queues(self.settings)
        try:
            return any(depth.visible + depth.in_flight for depth in (await queues.depths()).values())
        finally:
            queues.close()

    @asynccontextmanager
    async def dying_at(self, points: Mapping[str, str], **changes: str) -> AsyncIterator[Path]:
        """Start parts anew with CRASH_AT, by part, and with changed variables; gives the folder of the dead's marks."""
        self.runs += 1
        marks = self.backing.place.crash / str(self.runs)
        before = {part: dict(self.variables[part]) for part in points}
        for part, point in points.items():
            self.variables[part] |= {"CRASH_AT": point, "CRASH_DIR": str(marks), **changes}
        await self._kill_all(points)
        try:
            yield marks
        finally:
            for part in points:
                self.variables[part].clear()
                self.variables[part] |= before[part]
            if changes:
                await self._kill_all(points)

    async def _kill_all(self, parts: Iterable[str]) -> None:
        await asyncio.gather(*(self.kill(part) for part in parts))

    def _rows(self) -> list[dict[str, Any]]:
        return self.shop.rows() + self.backing.supervisor.rows()


def last_lines(stand: Stand, part: str, lines: int = 30) -> str:
    """The end of a part's log, for a failed test."""
    with suppress(OSError):
        text = (stand.backing.place.log / f"{part}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])
    return ""
