"""Readers: the least busy is asked, one that is lost or late is not, and nobody who asks notices it."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from pymysql.err import MySQLError, OperationalError

from shared import pool, readers
from shared.db import Database
from shared.errors import Unavailable
from tests.faults.wires import Faults
from tests.replicas import Replicated, Server
from tests.waiting import until

SIZE = 4
WHERE = "SELECT @@port AS port"


@pytest_asyncio.fixture
async def database(servers: Replicated) -> AsyncIterator[Database]:
    """Looks at its readers only when told to; its circuits are watched, as in a storefront."""
    made = Database(servers.writer.url, [reader.url for reader in servers.readers], SIZE)
    for circuit in (made.writer_server.circuit, *made.readers.circuits):
        circuit.watch()
    await made.readers.look()
    await made.readers.look()
    yield made
    await made.close()


async def asked(database: Database, mark: float = -math.inf) -> int:
    """The port of the server that answers."""
    async with database.reader(mark) as connection:
        row = await connection.row(WHERE)
    assert row is not None
    return int(row["port"])


async def looked_until(database: Database, server: Server, *, is_in: bool) -> None:
    """Look, as a storefront does all the time, until this reader is in or out."""
    reader = next(one for one, at in zip(database.readers.all, _ports(database), strict=True) if at == server.wire.port)

    async def is_so() -> bool:
        await database.readers.look()
        return reader.is_in == is_in

    await until(is_so)


def _ports(database: Database) -> list[int]:
    return [reader.server.mysql.port for reader in database.readers.all]


async def now(database: Database) -> float:
    """The mark of what was written just before."""
    return await database.readers.pulse.now()


async def test_reads_take_turns_and_go_to_the_reader_that_is_least_busy(
    database: Database, servers: Replicated
) -> None:
    idle = {await asked(database) for _ in range(4)}
    async with AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(database.readers.all[0].pool.connection())
        busy = {await asked(database) for _ in range(4)}

    assert idle == {reader.port for reader in servers.readers}
    assert busy == {servers.readers[1].port}


async def test_what_reads_cannot_write(database: Database) -> None:
    async with database.reader() as connection:
        offered = {name for name in ("execute", "execute_told", "insert", "many") if hasattr(connection, name)}
        with pytest.raises(OperationalError, match="READ ONLY"):
            await connection.rows("DELETE FROM styles")

    assert offered == set()


async def test_a_reader_is_left_alone_while_it_is_late(
    database: Database, servers: Replicated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "LAG_LIMIT_S", 1.0)
    late, other = servers.readers
    await late.hold()

    await looked_until(database, late, is_in=False)
    meanwhile = {await asked(database) for _ in range(4)}
    lag_s = database.readers.all[0].lag_s
    await late.go_on()
    await looked_until(database, late, is_in=True)

    assert meanwhile == {other.port}
    assert lag_s > 1.0
    assert {await asked(database) for _ in range(4)} == {late.port, other.port}


@pytest.mark.parametrize("hung", [False, True], ids=["away", "hung"])
async def test_a_read_whose_reader_is_lost_is_answered_by_another_one(
    database: Database, servers: Replicated, hung: bool
) -> None:
    lost = servers.readers[0].wire
    async with database.reader() as connection:
        first = await connection.row(WHERE)
        assert first is not None
        lost = next(reader.wire for reader in servers.readers if reader.port == first["port"])
        if hung:
            lost.faults = Faults(is_hung=True)
        else:
            lost.cut()

        second = await connection.row(WHERE)
        third = await connection.row(WHERE)

    other = next(reader.port for reader in servers.readers if reader.port != first["port"])
    assert [second, third] == [{"port": other}, {"port": other}]
    assert not any(reader.pool.in_use for reader in database.readers.all)


@pytest.mark.parametrize("hung", [False, True], ids=["away", "hung"])
async def test_a_read_that_begins_while_a_reader_is_lost_is_answered_too(
    database: Database, servers: Replicated, hung: bool
) -> None:
    lost, other = servers.readers
    lost.wire.faults = Faults(is_hung=hung, is_down=not hung)

    answers = await asyncio.gather(*(asked(database) for _ in range(6)))

    assert set(answers) == {other.port}


async def test_a_reader_comes_back_by_itself(database: Database, servers: Replicated) -> None:
    lost = servers.readers[0]
    lost.wire.cut()
    await asked(database)
    await looked_until(database, lost, is_in=False)

    lost.wire.heal()
    await looked_until(database, lost, is_in=True)

    assert {await asked(database) for _ in range(4)} == {reader.port for reader in servers.readers}


async def test_without_readers_the_writer_is_read_on_half_as_many_connections_as_it_has_for_writes(
    database: Database, servers: Replicated, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in servers.readers:
        reader.wire.cut()
    answers = {await asked(database) for _ in range(4)}

    monkeypatch.setattr(pool, "WAIT_S", 0.2)
    async with AsyncExitStack() as stack:
        for _ in range(SIZE // 2):
            await stack.enter_async_context(database.reader())
        with pytest.raises(Unavailable):
            await asked(database)
        async with database.transaction() as connection:
            written = await connection.execute("UPDATE number_ranges SET last = last WHERE kind = 'invoice'")

    assert answers == {servers.writer.port}
    assert written == 1


async def test_whoever_wrote_is_given_no_reader_that_is_behind(database: Database, servers: Replicated) -> None:
    for reader in servers.readers:
        await reader.hold()
    async with database.writer() as connection:
        await connection.execute("UPDATE number_ranges SET last = last + 1 WHERE kind = 'invoice'")
    mark = await now(database)

    behind = {await asked(database, mark) for _ in range(4)}
    others = {await asked(database) for _ in range(4)}
    await servers.readers[1].go_on()

    async def is_level() -> bool:
        await database.readers.look()
        return await asked(database, mark) == servers.readers[1].port

    await until(is_level)
    assert behind == {servers.writer.port}
    assert others == {reader.port for reader in servers.readers}


async def test_behind_one_name_each_connection_shows_how_far_its_own_server_is(servers: Replicated) -> None:
    level, late = servers.readers
    database = Database(servers.writer.url, [level.url], SIZE)
    await database.readers.look()
    await late.hold()
    mark = await now(database)

    async def has_arrived() -> bool:
        await database.readers.look()
        return database.readers.all[0].arrived >= mark

    await until(has_arrived)
    at_level = await asked(database, mark)
    level.wire.upstream_port = late.port  # as a name leads to another reader with each connection
    async with database.readers.all[0].pool.connection():  # takes the one that is open
        at_late, unmarked = await asked(database, mark), await asked(database)
    await database.close()

    assert (at_level, at_late, unmarked) == (level.port, servers.writer.port, late.port)


async def test_what_a_migration_made_is_read_before_it_has_arrived_at_the_readers(
    database: Database, servers: Replicated
) -> None:
    for reader in servers.readers:
        await reader.hold()
    async with database.writer() as connection:
        await connection.execute("CREATE TABLE made_just_now (id INT)")

    async with database.reader() as reading:
        rows = await reading.rows("SELECT id FROM made_just_now")

    async with database.writer() as connection:
        await connection.execute("DROP TABLE made_just_now")
    assert rows == []


async def test_a_question_that_is_wrong_is_asked_once_more_at_most_and_told(database: Database) -> None:
    with pytest.raises(MySQLError, match="no_such_table"):
        async with database.reader() as connection:
            await connection.rows("SELECT id FROM no_such_table")

    assert not any(reader.pool.in_use for reader in database.readers.all)


async def test_a_reader_that_is_late_is_better_than_none(
    database: Database, servers: Replicated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "LAG_LIMIT_S", 1.0)
    for reader in servers.readers:
        await reader.hold()
        await looked_until(database, reader, is_in=False)
    mark = await now(database)
    at_writer = {await asked(database) for _ in range(2)}
    servers.writer.wire.cut()
    await database.writer_server.circuit.look()

    at_late = {await asked(database) for _ in range(2)}
    with pytest.raises(Unavailable):
        await asked(database, mark)

    assert at_writer == {servers.writer.port}
    assert at_late == {reader.port for reader in servers.readers}


async def test_a_writer_that_has_become_a_reader_takes_all_its_connections_with_it(
    database: Database, servers: Replicated
) -> None:
    await open_all(database)
    await servers.writer.read_only(True)
    servers.writer.wire.upstream_port = servers.readers[0].port  # which becomes the writer now
    await servers.readers[0].read_only(False)

    with pytest.raises(Unavailable):
        await write(database)
    at = [await write(database) for _ in range(SIZE)]

    await servers.readers[0].as_root("SET GLOBAL read_only = 1")
    assert at == [servers.readers[0].port] * SIZE


async def test_a_name_that_leads_to_another_server_is_followed_without_a_restart(
    servers: Replicated, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = servers.readers
    loop, places = asyncio.get_running_loop(), [("127.0.0.1", before.port)]
    resolve = loop.getaddrinfo

    async def answer(host: str, *args: object, **options: object) -> object:
        if host == "writer.test":
            return [(2, 1, 6, "", place) for place in places]
        return await resolve(host, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "getaddrinfo", answer)
    database = Database(servers.writer.url.replace("127.0.0.1", "writer.test"), (), SIZE)
    await database.readers.look()
    await open_all(database)
    places[:] = [("127.0.0.1", after.port)]
    at_first = await asked(database)

    await database.readers.look()
    later = [await asked(database) for _ in range(SIZE)]
    await database.close()

    assert (at_first, later) == (before.port, [after.port] * SIZE)


async def test_a_name_that_nobody_resolves_keeps_no_reader_from_being_looked_at(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def hang() -> None:
        asked.append("once")
        await asyncio.Event().wait()

    monkeypatch.setattr(database.writer_server, "_resolve", hang)
    before = database.readers.pulse.newest

    async def beats() -> bool:
        await database.readers.look()
        return database.readers.pulse.newest > before

    await until(beats)
    await database.readers.look()

    assert asked == ["once"]


async def open_all(database: Database) -> None:
    """Have the writer's pool full of open connections."""
    async with AsyncExitStack() as stack:
        for _ in range(SIZE):
            await stack.enter_async_context(database.writer())


async def write(database: Database) -> int:
    """Write, and return the port of the server that was written to."""
    async with database.transaction() as connection:
        await connection.execute("UPDATE number_ranges SET last = last WHERE kind = 'invoice'")
        row = await connection.row(WHERE)
    assert row is not None
    return int(row["port"])


@pytest_asyncio.fixture
async def without_heartbeats(servers: Replicated) -> AsyncIterator[None]:
    """A writer that answers and cannot beat, as with a full disk."""
    await servers.writer.as_root("RENAME TABLE shop.heartbeats TO shop.heartbeats_away")
    yield
    await servers.writer.as_root("RENAME TABLE shop.heartbeats_away TO shop.heartbeats")


@pytest.mark.usefixtures("without_heartbeats")
async def test_a_write_that_is_done_is_told_so_where_its_mark_cannot_be_had(servers: Replicated) -> None:
    marks = KeptMarks()
    database = Database(servers.writer.url, [reader.url for reader in servers.readers], SIZE, marks=marks)

    at = await write(database)
    await database.close()

    assert (at, marks.kept) == (servers.writer.port, [math.inf])


@pytest.mark.usefixtures("without_heartbeats")
async def test_readers_are_looked_at_all_the_same_where_the_writer_cannot_beat(servers: Replicated) -> None:
    database = Database(servers.writer.url, [reader.url for reader in servers.readers], SIZE)

    await database.readers.look()
    await database.close()


class KeptMarks:
    def __init__(self) -> None:
        self.kept: list[float] = []

    async def keep(self, mark: float) -> None:
        self.kept.append(mark)

    async def close(self) -> None:
        return
