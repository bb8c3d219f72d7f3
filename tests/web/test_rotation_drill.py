"""The drill: the passwords of database and cache change while people shop. Nothing restarts, and nobody notices.

A real MariaDB and a real Valkey, both over TLS; moto's Secrets Manager, in the steps of a rotation on AWS.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from shared.aws_secrets import secret_of
from shared.db import POOL_SIZE, Database
from shared.migrate import migrate
from shared.settings import Settings
from storefront.server import serve
from storefront.shop import Shop, open_shop
from tests.certificates import Authority
from tests.factories import add_variant, count
from tests.fakes import ListPublisher
from tests.mariadbs import MariaDb, running_mariadb
from tests.secret_store import StoredSecret, lead_to_stand_in, of_database
from tests.tls_front import tls_front
from tests.valkeys import Valkey, running_valkey
from tests.waiting import until
from tests.web.baskets import order, wish
from tests.web.browser import Browser
from tests.web.lines import SKU

SHOPPERS = 5
MORE = 10  # orders after each step, so that each of its consequences meets some


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest_asyncio.fixture
async def mariadb(authority: Authority, tmp_path: Path) -> AsyncIterator[MariaDb]:
    async with running_mariadb(tmp_path, authority.sign("127.0.0.1")) as running:
        migrate(running.signed_url())
        yield running


@pytest_asyncio.fixture
async def valkey() -> AsyncIterator[Valkey]:
    async with running_valkey() as running:
        yield running


@pytest.fixture
def stored(settings: Settings, mariadb: MariaDb, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, StoredSecret]]:
    lead_to_stand_in(settings, monkeypatch)
    texts = {"database": of_database(mariadb.password), "cache": "first"}
    with ExitStack() as ends:
        made = {name: StoredSecret(settings, f"{name}-{uuid4().hex}", text) for name, text in texts.items()}
        for secret in made.values():
            ends.callback(secret.delete)
        yield made


@pytest_asyncio.fixture
async def office(valkey: Valkey) -> AsyncIterator[Redis]:
    """Signed in before there was a password."""
    client = Redis.from_url(valkey.url, single_connection_client=True)
    await client.config_set("requirepass", "first")
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def shop(
    settings: Settings,
    authority: Authority,
    mariadb: MariaDb,
    valkey: Valkey,
    office: Redis,
    stored: dict[str, StoredSecret],
) -> AsyncIterator[Shop]:
    """Its addresses name the secrets of their passwords."""
    async with tls_front(valkey.port, authority.sign("127.0.0.1")) as port:
        there = replace(
            settings,
            database_writer_url=mariadb.url(f"ca={authority.file}&secret={stored['database'].arn}"),
            redis_url=f"rediss://127.0.0.1:{port}/0?ca={authority.file}&secret={stored['cache'].arn}",
        )
        async with open_shop(there, 0, ListPublisher()) as opened:
            yield opened


async def open_anew(database: Database, count: int) -> None:
    """Use more connections at once than are open."""
    together = asyncio.Barrier(count)

    async def use() -> None:
        async with database.writer() as connection:
            await together.wait()
            await connection.row("SELECT 1")

    await asyncio.gather(*(use() for _ in range(count)))


@dataclass
class Tally:
    """What all shoppers met."""

    orders: int = 0
    unexpected: list[str] = field(default_factory=list)
    is_over: bool = False

    async def shop(self, base: str) -> None:
        while not self.is_over:
            browser = Browser(base)
            filled = await browser.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})
            pages = [await browser.get(path) for path in ("/cart", "/checkout")]
            placed = await order(browser, wish(filled.json), uuid4().hex)
            self.orders += 1
            statuses = [answer.status for answer in (filled, *pages, placed)]
            self.unexpected += [] if statuses == [200, 200, 200, 201] else [f"{statuses} {placed.text[:200]}"]

    async def more(self) -> None:
        wanted = self.orders + MORE

        async def is_enough() -> bool:
            return self.orders >= wanted

        await until(is_enough)


async def test_passwords_of_database_and_cache_change_while_people_shop(
    shop: Shop, mariadb: MariaDb, office: Redis, stored: dict[str, StoredSecret]
) -> None:
    assert [secret_of(secret.arn).kept is None for secret in stored.values()] == [False, False]  # before it listens
    await add_variant(shop.database, SKU, stock=100_000)
    tally = Tally()
    async with serve(shop, 0, ["127.0.0.1"]) as port, asyncio.TaskGroup() as group:
        for _ in range(SHOPPERS):
            group.create_task(tally.shop(f"http://127.0.0.1:{port}"))
        await tally.more()

        stored["database"].prepare(of_database("second"))
        await tally.more()
        await asyncio.to_thread(mariadb.change_password, "second")
        await open_anew(shop.database, POOL_SIZE - SHOPPERS)
        await tally.more()
        stored["database"].finish()
        await tally.more()

        await office.config_set("requirepass", "second")
        stored["cache"].put("second")
        await shop.redis.connection_pool.disconnect(inuse_connections=False)
        await tally.more()
        tally.is_over = True

    assert tally.unexpected == []
    assert await count(shop.database, "orders") == tally.orders
    assert (shop.database.writer_server.circuit.times_sick, shop.redis.circuit.times_sick) == (0, 0)
