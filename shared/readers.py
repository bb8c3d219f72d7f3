"""Readers: which of them is asked, and what it takes to be asked.

well, and at most LAG_LIMIT_S behind ──> the least busy ── lost meanwhile ──> the same question, elsewhere
none of them ──> the writer, on connections of their own ── away ──> a reader that is late

Whoever brings the mark of a write is given no reader at which that write has not arrived.
"""

import asyncio
import time
from collections.abc import Collection, Sequence
from weakref import WeakKeyDictionary

from shared.circuit import Circuit
from shared.connection import Connection
from shared.pool import READING, Pool
from shared.pulse import Pulse
from shared.queries.heartbeats import arrived
from shared.server import FAILURES, Server

LAG_LIMIT_S = 5.0  # further behind, a reader is left alone
LIFE_S = 60.0  # of a connection; behind one name there may be several readers, and new ones later
MOST_TRIES = 3  # places to ask a question at, the last of which is the writer, if it is well


class Late(Exception):
    """A reader is further behind than we put up with."""


class Reader:
    """One reader's address, with what we know of it."""

    def __init__(self, url: str, size: int, name: str, pulse: Pulse) -> None:
        self.name, self.server, self._pulse = name, Server(url, name), pulse
        self.pool = Pool(self.server, size, READING, LIFE_S)
        self._looking = Pool(self.server, 1, READING, LIFE_S)
        self.lag = Circuit(f"the lag of {name}", self._measure, FAILURES)
        self.lag_s = 0.0
        self.arrived = 0.0  # the newest beat there, as of the last look
        self.chosen_at = 0.0
        self._shown: WeakKeyDictionary[object, float] = WeakKeyDictionary()  # the newest beat a connection has shown

    @property
    def is_well(self) -> bool:
        return self.server.circuit.is_well

    @property
    def is_in(self) -> bool:
        return self.is_well and self.lag.is_well

    async def shows(self, connection: Connection, mark: float) -> bool:
        """Whether what was written by then has arrived. Each connection is asked: several servers may share a name."""
        if self._shown.get(connection.raw, 0.0) < mark:
            self._shown[connection.raw] = await arrived(connection)
        return self._shown.get(connection.raw, 0.0) >= mark

    async def _measure(self) -> None:
        async with self._looking.connection() as connection:
            self.arrived = await arrived(connection)
        self.lag_s = max(0.0, self._pulse.newest - self.arrived)
        if self.lag_s > LAG_LIMIT_S:
            raise Late(f"{self.lag_s:.1f} s")

    async def close(self) -> None:
        self.lag.close()
        self.server.close()
        await self._looking.close()
        await self.pool.close()


class Readers:
    """All of them, and the writer, which stands in for them."""

    def __init__(self, urls: Sequence[str], size: int, writer: Server, writer_pool: Pool) -> None:
        self._writer = writer
        self.pulse = Pulse(writer)
        self.all = [Reader(url, size, f"reader-{n}", self.pulse) for n, url in enumerate(urls, 1)]
        self.at_writer = writer_pool
        if self.all:  # writes keep their connections
            self.at_writer = Pool(writer, max(1, size // 2), READING)

    @property
    def circuits(self) -> Sequence[Circuit]:
        """Of each reader, whether it answers and whether it is near enough; of the writer, where there is none."""
        found = [circuit for reader in self.all for circuit in (reader.server.circuit, reader.lag)]
        return found or [self._writer.circuit]

    def choose(self, mark: float, tried: Collection[Reader | None] = ()) -> Reader | None:
        """Who is asked next, besides those that were tried; None is the writer."""
        able = [one for one in self.all if one not in tried and one.is_well and one.arrived >= mark]
        best = [one for one in able if one.lag.is_well] if len(tried) < MOST_TRIES - 1 else []
        if not best and (self._writer.circuit.is_well or not able):
            return None
        chosen = min(best or able, key=lambda reader: (reader.pool.busy, reader.chosen_at))
        chosen.chosen_at = time.monotonic()
        return chosen

    def can_show(self, mark: float) -> bool:
        """Whether what was written by then can be read just now."""
        return self._writer.circuit.is_well or any(reader.is_well and reader.arrived >= mark for reader in self.all)

    async def look(self) -> None:
        """See how far they are, and beat; follow the writer to where its name leads."""
        await asyncio.gather(self._writer.follow_name(), *(reader.lag.look() for reader in self.all))
        if self.all:
            await self.pulse.beat()

    async def close(self) -> None:
        await self.pulse.close()
        for reader in self.all:
            await reader.close()
        if self.all:
            await self.at_writer.close()
