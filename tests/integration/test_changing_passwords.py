"""Passwords of the database that change while it is used: a real MariaDB, and moto's Secrets Manager."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
import pytest_asyncio

from shared.db import Database
from shared.errors import Unavailable
from shared.migrate import current_revision
from shared.mysql import MySql
from shared.settings import Settings
from tests.certificates import Authority
from tests.mariadbs import MariaDb
from tests.secret_store import StoredSecret, lead_to_stand_in, of_database


@pytest.fixture
def secret(mariadb: MariaDb, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoredSecret]:
    lead_to_stand_in(settings, monkeypatch)
    made = StoredSecret(settings, f"database-{uuid4().hex}", of_database(mariadb.password))
    yield made
    made.delete()


@pytest_asyncio.fixture
async def database(mariadb: MariaDb, authority: Authority, secret: StoredSecret) -> AsyncIterator[Database]:
    opened = Database(mariadb.url(f"ca={authority.file}&secret={secret.arn}"))
    yield opened
    await opened.close()


async def ask(database: Database) -> object:
    async with database.writer() as connection:
        found = await connection.row("SELECT 1 AS one")
    assert found is not None
    return found["one"]


async def ask_at_once(database: Database, count: int) -> int:
    """Ask over so many connections of their own; returns how many were answered."""
    together = asyncio.Barrier(count)

    async def ask_beside_the_others() -> object:
        async with database.writer() as connection:
            await together.wait()
            return await connection.row("SELECT 1 AS one")

    return len(await asyncio.gather(*(ask_beside_the_others() for _ in range(count))))


async def test_requests_go_on_in_every_moment_of_a_rotation(
    database: Database, mariadb: MariaDb, secret: StoredSecret
) -> None:
    assert await ask(database) == 1

    secret.prepare(of_database("second"))
    assert await ask_at_once(database, 3) == 3
    mariadb.change_password("second")
    assert await ask_at_once(database, 8) == 8
    secret.finish()
    assert await ask_at_once(database, 12) == 12


async def test_a_request_waits_while_the_secret_is_late(
    database: Database, mariadb: MariaDb, secret: StoredSecret
) -> None:
    async with database.writer():  # the only connection that is open
        mariadb.change_password("third")
        asking = asyncio.ensure_future(ask(database))
        await asyncio.wait({asking}, timeout=0.6)  # in which it is refused
        assert not asking.done()
        secret.put(of_database("third"))

        assert await asking == 1


async def test_open_connections_are_used_while_the_new_password_is_unknown(
    database: Database, mariadb: MariaDb, secret: StoredSecret
) -> None:
    async with database.writer():  # is open all the time
        async with database.writer() as another:
            mariadb.change_password("fourth")
            await another.row("SELECT 1")

        assert await asyncio.gather(*(ask(database) for _ in range(20))) == [1] * 20


async def test_a_password_that_stays_wrong_is_told_as_a_database_that_does_not_answer(
    database: Database, mariadb: MariaDb, caplog: pytest.LogCaptureFixture
) -> None:
    mariadb.change_password("fifth")

    with pytest.raises(Unavailable):
        await ask(database)

    assert not await database.writer_server.circuit.look()
    assert "writer is sick: (1045, \"Access denied for user 'shop'" in caplog.text


async def test_a_secret_that_is_gone_is_told_so(database: Database, secret: StoredSecret) -> None:
    secret.delete()

    with pytest.raises(Unavailable) as refused:
        await ask(database)

    assert "Secrets Manager gives no secret" in str(refused.value.__cause__)


def test_commands_sign_in_with_the_newer_password_too(mariadb: MariaDb, secret: StoredSecret) -> None:
    url = mariadb.url(f"secret={secret.arn}")
    assert current_revision(url) is None

    secret.prepare(of_database("sixth"))
    mariadb.change_password("sixth")

    assert current_revision(url) is None
    MySql(url).connect_blocking().close()
