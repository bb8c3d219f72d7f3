"""A writer with real replicas, to be held back, cut off and hung."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiomysql

from deploy.local import mariadb
from deploy.local.mariadb import DATABASE, PASSWORD, USER, database_url
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.probes import answers_a_query
from deploy.local.supervisor import Supervisor
from shared.db import Database
from shared.migrate import migrate
from tests.faults.wires import Wire, open_wire
from tests.waiting import until

CAUGHT_UP_S = 20
FOLLOW = (
    "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {port}, MASTER_USER = 'replica', "
    "MASTER_PASSWORD = 'replica', MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos"
)
ACCOUNT = (
    "CREATE USER replica@'127.0.0.1' IDENTIFIED BY 'replica'",
    "GRANT REPLICATION SLAVE ON *.* TO replica@'127.0.0.1'",
)


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
            unix_socket=str(self.data / "s.sock"), user="root", autocommit=True, cursorclass=aiomysql.DictCursor
        )
        try:
            async with connection.cursor() as cursor:
                for statement in ("SET sql_notes = 0", *statements):
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
            await until(partial(self._is_level, reader), CAUGHT_UP_S)

    async def _is_level(self, reader: Server) -> bool:
        position = (await self.writer.as_root("SELECT @@gtid_binlog_pos AS at"))[0]["at"]
        found = await reader.as_root(f"SELECT MASTER_GTID_WAIT('{position}', 0) AS late")
        return bool(found[0]["late"] == 0)


async def until_level(database: Database) -> None:
    """Wait until a shop's database knows that everything written so far has arrived at its readers; its shop looks."""
    mark = await database.readers.pulse.now()

    async def is_level() -> bool:
        return all(reader.arrived >= mark for reader in database.readers.all)

    await until(is_level, CAUGHT_UP_S)


@asynccontextmanager
async def replicated(folder: Path) -> AsyncIterator[Replicated]:
    """Three servers, migrated, the readers following the writer; their data is a copy of its first, empty state."""
    place, free = Place(folder), Ports.free()
    ports = (free.mariadb, free.redis, free.sqs)  # whichever, as they differ
    place.make()
    installation = mariadb.find_installation()
    folders = [folder / f"mysql-{number}" for number in range(len(ports))]
    await asyncio.to_thread(mariadb.make_data_folder, installation, folders[0])
    for data in folders[1:]:
        await asyncio.to_thread(shutil.copytree, folders[0], data)
    parts = [_part(installation, number, data, ports[number]) for number, data in enumerate(folders)]
    async with Supervisor(parts, place), AsyncExitStack() as stack:
        servers = []
        for port, data in zip(ports, folders, strict=True):
            wire = await open_wire(port)
            stack.push_async_callback(wire.close)
            servers.append(Server(port, data, wire))
        writer, *readers = servers
        await writer.as_root(*ACCOUNT)
        for reader in readers:
            await reader.as_root(FOLLOW.format(port=writer.port), "START SLAVE", "SET GLOBAL read_only = 1")
        await asyncio.to_thread(migrate, database_url(writer.port))
        yield Replicated(writer, readers)


def _part(installation: mariadb.Installation, number: int, data: Path, port: int) -> Part:
    command = mariadb.server_command(installation, data, port)
    return Part(
        name=f"server-{number}",
        command=(*command, "--log-bin=binlog", "--binlog-format=ROW", f"--server-id={number + 1}"),
        environment=os.environ,
        probe=answers_a_query(port, USER, PASSWORD, DATABASE),
        ports=(port,),
    )
