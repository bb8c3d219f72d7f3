"""Real replicas of a real writer: what they show, how late, and that no death of anything loses a row on the way."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pymysql
import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices, backing_services
from deploy.local.environment import environment
from deploy.local.faults import UsageFault
from deploy.local.mariadb import database_url
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.reader_orders import ReaderOrders
from deploy.local.readers import Readers
from deploy.local.run import shop_parts
from deploy.local.scale import Scale
from shared.mysql import MySql
from tests.environments import bare_environment
from tests.waiting import until

FAR_S = 3600  # later than any test looks
KILLS, ROWS_BETWEEN = 4, 30
ONE, OTHER = "mariadb-reader-1", "mariadb-reader-2"


@asynccontextmanager
async def open_databases(folder: Path, readers: int = 2, **given: str) -> AsyncIterator[BackingServices]:
    environ = bare_environment(**given)
    ports = Ports.free(readers=max(1, readers))
    async with backing_services(folder, ports, environ, only=("mariadb",), readers=readers) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def databases(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BackingServices]:
    async with open_databases(tmp_path_factory.mktemp("readers")) as running:
        await asyncio.to_thread(ask, running.ports.mariadb, "CREATE TABLE notes (text VARCHAR(40) PRIMARY KEY)")
        yield running


@pytest_asyncio.fixture
async def orders(databases: BackingServices) -> AsyncIterator[ReaderOrders]:
    """Both readers are up and follow at once, before and after."""
    orders = ReaderOrders(databases.readers, databases.supervisor)
    yield orders
    for number in databases.readers.names:
        await orders.obey({"action": "start", "reader": number})
        await orders.obey({"action": "lag", "reader": number, "seconds": 0})


def ask(port: int, sql: str, *values: str) -> list[Any]:
    """One statement, committed, by the shop's own account."""
    with MySql(database_url(port)).connect_blocking(autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


async def notes(port: int) -> list[str]:
    return await asyncio.to_thread(ask, port, "SELECT text FROM notes ORDER BY text")


async def note(databases: BackingServices) -> str:
    """Write something new, and return it."""
    text = secrets.token_hex(8)
    await asyncio.to_thread(ask, databases.ports.mariadb, "INSERT INTO notes VALUES (%s)", text)
    return text


async def until_read(databases: BackingServices, number: int, text: str) -> None:
    async def is_there() -> bool:
        return text in await notes(databases.ports.reader(number))

    await until(is_there)


async def write_until(over: asyncio.Event, databases: BackingServices, promised: list[str]) -> None:
    """Write notes one after the other, whoever dies meanwhile; those of which a commit was answered are promised."""
    numbers = itertools.count()

    def write(connection: Any) -> None:
        with connection.cursor() as cursor:
            text = f"{next(numbers):06}-{secrets.token_hex(4)}"
            cursor.execute("INSERT INTO notes VALUES (%s)", (text,))
            promised.append(text)

    while not over.is_set():
        try:
            connection = MySql(database_url(databases.ports.mariadb)).connect_blocking(autocommit=True)
        except pymysql.MySQLError:
            await asyncio.sleep(0.02)
            continue
        while not over.is_set():
            try:
                await asyncio.to_thread(write, connection)
            except pymysql.MySQLError:
                break


async def written_while(
    databases: BackingServices, disturb: Callable[[], Awaitable[None]], times: int = KILLS
) -> list[str]:
    """What was promised while somebody wrote all the time, and the stack was disturbed so many times."""
    over, promised = asyncio.Event(), list[str]()
    writing = asyncio.create_task(write_until(over, databases, promised))
    for _ in range(times):
        await until(partial(_are, len(promised) + ROWS_BETWEEN, promised))
        await disturb()
    over.set()
    await writing
    return promised


async def _are(enough: int, promised: list[str]) -> bool:
    return len(promised) >= enough


async def assert_all_have(databases: BackingServices, promised: list[str]) -> None:
    """The writer has what it promised, and every reader what the writer has."""
    last = await note(databases)
    written = await notes(databases.ports.mariadb)
    assert set(promised) <= set(written)
    for number in databases.readers.names:
        await until_read(databases, number, last)
        assert await notes(databases.ports.reader(number)) == written


async def test_what_is_written_is_read_at_every_reader(databases: BackingServices) -> None:
    text = await note(databases)

    await until_read(databases, 1, text)
    await until_read(databases, 2, text)


async def test_nobody_writes_at_a_reader(databases: BackingServices) -> None:
    with pytest.raises(pymysql.MySQLError, match="read-only"):
        await asyncio.to_thread(ask, databases.ports.reader(1), "INSERT INTO notes VALUES ('astray')")


async def test_a_late_reader_shows_nothing_new_until_its_lag_ends(
    databases: BackingServices, orders: ReaderOrders
) -> None:
    told = await orders.obey({"action": "lag", "reader": 1, "seconds": FAR_S})
    text = await note(databases)
    await until_read(databases, 2, text)
    meanwhile = await notes(databases.ports.reader(1))
    over = await orders.obey({"action": "lag", "reader": 1, "seconds": 0})

    await until_read(databases, 1, text)
    assert (told, over) == (f"{ONE} follows the writer 3600 s late", f"{ONE} follows the writer at once")
    assert text not in meanwhile


async def test_a_killed_reader_stays_down_until_it_is_started_and_then_catches_up(
    databases: BackingServices, orders: ReaderOrders
) -> None:
    killed = await orders.obey({"action": "kill", "reader": 1})
    states = {row["name"]: row["state"] for row in databases.supervisor.rows()}
    text = await note(databases)
    with pytest.raises(UsageFault, match=rf"{ONE} is down\. Start it: \./shop reader start 1"):
        await orders.obey({"action": "kill", "reader": 1})
    started = await orders.obey({"action": "start", "reader": 1})

    await until_read(databases, 1, text)
    assert states == {"mariadb": "ready", ONE: "stopped", OTHER: "ready"}
    assert (killed, started) == (f"{ONE} is killed and stays down", f"{ONE} follows the writer at once")


async def test_a_reader_is_as_late_after_its_death_as_before(databases: BackingServices, orders: ReaderOrders) -> None:
    await orders.obey({"action": "lag", "reader": 1, "seconds": FAR_S})
    databases.supervisor.kill_part(ONE)
    await databases.supervisor.until_ready(ONE)
    text = await note(databases)
    await until_read(databases, 2, text)

    assert text not in await notes(databases.ports.reader(1))


async def test_a_lag_may_be_set_while_the_reader_is_down(databases: BackingServices, orders: ReaderOrders) -> None:
    await orders.obey({"action": "kill", "reader": 1})
    told = await orders.obey({"action": "lag", "reader": 1, "seconds": FAR_S})
    started = await orders.obey({"action": "start", "reader": 1})
    text = await note(databases)
    await until_read(databases, 2, text)

    assert told == f"{ONE} is down; started again, it follows the writer 3600 s late"
    assert started == f"{ONE} follows the writer 3600 s late"
    assert text not in await notes(databases.ports.reader(1))


@pytest.mark.parametrize("victim", ["mariadb", ONE])
async def test_a_killed_server_loses_nothing_on_the_way_to_the_readers(
    databases: BackingServices, orders: ReaderOrders, victim: str
) -> None:
    async def kill() -> None:
        databases.supervisor.kill_part(victim)
        await databases.supervisor.until_ready(victim)

    promised = await written_while(databases, kill)

    await assert_all_have(databases, promised)


async def test_all_servers_killed_at_once_lose_nothing_on_the_way_to_the_readers(
    databases: BackingServices, orders: ReaderOrders
) -> None:
    async def kill() -> None:
        for name in ("mariadb", ONE, OTHER):
            databases.supervisor.kill_part(name)
        for name in ("mariadb", ONE, OTHER):
            await databases.supervisor.until_ready(name)

    promised = await written_while(databases, kill, times=2)

    await assert_all_have(databases, promised)


@pytest.mark.parametrize("readers", [0, 1])
async def test_a_stack_that_was_killed_while_it_wrote_starts_again_with_everything(
    tmp_path: Path, readers: int
) -> None:
    """With no readers too: what was promised to whoever wrote stands in the log that the readers were for."""
    async with open_databases(tmp_path, 1) as first:
        await asyncio.to_thread(ask, first.ports.mariadb, "CREATE TABLE notes (text VARCHAR(40) PRIMARY KEY)")

        async def kill() -> None:
            first.supervisor.kill()

        promised = await written_while(first, kill, times=1)
    async with open_databases(tmp_path, readers) as again:
        await assert_all_have(again, promised)


async def test_each_start_makes_its_readers_anew(tmp_path: Path) -> None:
    left = Place(tmp_path).readers / "1"
    left.mkdir(parents=True)
    (left / "ibdata1").write_text("of another database", encoding="utf-8")

    async with open_databases(tmp_path, 1) as running:
        assert await asyncio.to_thread(ask, running.ports.reader(1), "SELECT 1") == [1]


async def test_what_was_written_with_and_without_readers_is_there_at_the_next_start_with_some(tmp_path: Path) -> None:
    async with open_databases(tmp_path, 0) as alone:
        await asyncio.to_thread(ask, alone.ports.mariadb, "CREATE TABLE notes (text VARCHAR(40) PRIMARY KEY)")
        promised = [await note(alone)]

    for _ in range(2):
        async with open_databases(tmp_path, 1) as together:
            await assert_all_have(together, promised)
            promised.append(await note(together))


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"action": "kill", "reader": 3}, "there is no reader 3: this shop has 1 to 2"),
        ({"action": "kill", "reader": None}, "there is no reader None: this shop has 1 to 2"),
        ({"action": "kill", "reader": [1]}, r"there is no reader \[1\]: this shop has 1 to 2"),
        ({"action": "jump", "reader": 1}, "a reader can be told to lag, kill, start"),
        ({"reader": 1}, "a reader can be told to lag, kill, start"),
        ({"action": "lag", "reader": 1}, r"a lag is 0 to 3600 whole seconds: \./shop reader lag 1 3"),
        ({"action": "lag", "reader": 1, "seconds": -1}, "a lag is 0 to 3600"),
        ({"action": "lag", "reader": 1, "seconds": 3601}, "a lag is 0 to 3600"),
        ({"action": "lag", "reader": 1, "seconds": "3"}, "a lag is 0 to 3600"),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(
    orders: ReaderOrders, request_: dict[str, object], told: str
) -> None:
    with pytest.raises(UsageFault, match=told):
        await orders.obey(request_)


def test_the_shop_starts_after_its_readers_and_ends_before_them(tmp_path: Path) -> None:
    place, ports = Place(tmp_path), Ports()
    scale = Scale(None, Readers(place, ports, 2))

    parts = shop_parts(place, ports, environment(tmp_path, ports, {}), scale)

    reading = {part.name for part in parts if {ONE, OTHER} <= {*part.needs}}
    workers = {f"worker-{name}" for name in ("orders", "documents", "media", "http", "daemon")}
    assert reading == {"storefront-1", *workers}


def test_the_shop_is_told_where_the_readers_are_unless_its_caller_knows_better(tmp_path: Path) -> None:
    none, two = Readers(Place(tmp_path), Ports()), Readers(Place(tmp_path), Ports(), 2)
    mine = {"DATABASE_READER_URL": "mysql://a:b@127.0.0.1:1/shop"}

    assert none.offered_to({}) == {}
    assert two.offered_to({"DRAIN_S": "1"}) == {
        "DATABASE_READER_URL": "mysql://shop:shop@127.0.0.1:13311/shop,mysql://shop:shop@127.0.0.1:13312/shop",
        "DRAIN_S": "1",
    }
    assert two.offered_to(mine) == mine
