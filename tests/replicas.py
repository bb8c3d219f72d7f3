"""A writer with real replicas, to be held back, cut off and hung."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiomysql

from deploy.local.backing import backing_services
from deploy.local.mariadb import database_url
from deploy.local.ports import Ports
from shared.db import Database
from shared.migrate import migrate
from tests.faults.wires import Wire, open_wire
from tests.waiting import until


@dataclass(eq=False)
class Server:
    """One MariaDB: its real port, and the wire that the shop reaches it by."""

    port: int
    data: Path
    wire: Wire

    @property
    def url(self) -> str:
        return database_url(self.wire.port)

    async def as_root(self, *statements: str) -> list[dict[str, Any]]:
        """Through the server's socket, at which root needs no password; returns the rows of the last statement."""
        connection: Any = await aiomysql.connect(
            unix_socket=str(self.data / "s.sock"),
            user="root",
            autocommit=True,
            cursorclass=aiomysql.DictCursor,
            init_command="SET sql_notes = 0",
        )
        try:
            async with connection.cursor() as cursor:
                for statement in statements:
                    await cursor.execute(statement)
                return list(await cursor.fetchall())
        finally:
            connection.close()

    async def hold(self) -> None:
        """Stay as it is, however much the writer writes, until `go_on`."""
        await self.as_root("STOP SLAVE SQL_THREAD")

    async def go_on(self) -> None:
        await self.as_root("START SLAVE SQL_THREAD")

    async def read_only(self, is_on: bool) -> None:
        """Refuse every change (1290), as a writer does that has become a reader."""
        await self.as_root(f"SET GLOBAL read_only = {is_on:d}")


@dataclass(eq=False)
class Replicated:
    writer: Server
    readers: list[Server]

    async def heal(self) -> None:
        """Undo what a test did to them, and wait until they are level."""
        await self.writer.read_only(False)
        for server in (self.writer, *self.readers):
            server.wire.heal()
            server.wire.upstream_port = server.port
        for reader in self.readers:
            await reader.as_root("START SLAVE")
            await until(partial(self._is_level, reader))

    async def _is_level(self, reader: Server) -> bool:
        position = (await self.writer.as_root("SELECT @@gtid_binlog_pos AS at"))[0]["at"]
        found = await reader.as_root(f"SELECT MASTER_GTID_WAIT('{position}', 0) AS late")
        return bool(found[0]["late"] == 0)


async def until_level(database: Database) -> None:
    """Wait until a shop's database knows that everything written so far has arrived at its readers; its shop looks."""
    mark = await database.readers.pulse.now()

    async def is_level() -> bool:
        return all(reader.arrived >= mark for reader in database.readers.all)

    await until(is_level)


@asynccontextmanager
async def replicated(folder: Path) -> AsyncIterator[Replicated]:
    """Three servers, migrated, the readers following the writer."""
    ports = Ports.free(readers=2)
    async with (
        backing_services(folder, ports, os.environ, only=("mariadb",), readers=2) as backing,
        AsyncExitStack() as stack,
    ):
        folders = {ports.mariadb: backing.place.mysql}
        folders |= {ports.reader(number): backing.place.readers / str(number) for number in backing.readers.names}
        servers = []
        for port, data in folders.items():
            wire = await open_wire(port)
            stack.push_async_callback(wire.close)
            servers.append(Server(port, data, wire))
        writer, *readers = servers
        await asyncio.to_thread(migrate, database_url(writer.port))
        yield Replicated(writer, readers)
