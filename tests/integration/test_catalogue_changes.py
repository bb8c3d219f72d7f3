"""A variant's price, stock and sale are changed in one place, which tells everybody who shows them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.catalogue_news import CHANNEL, VERSION, CatalogueNews
from shared.db import EVERYTHING, Connection, Database
from shared.errors import Invalid, NotFound
from shared.queries.catalog import product_by_slug
from shared.queries.stock import put_back
from shared.redis_client import open_redis
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from shared.services.catalogue import VariantChange, change_variant
from shared.settings import Settings
from tests.factories import add_variant, count, place, stock_of
from tests.integration.test_operators import command
from tests.valkeys import Valkey
from tests.waiting import until

SKU, PRICE = "WC14-NAV-M", 24900


class Heard:
    """A database whose commits are remembered by what they have outdated."""

    def __init__(self, url: str) -> None:
        self.stale: list[frozenset[str]] = []
        self.database = Database(url, news=self)

    def tell_soon(self, stale: frozenset[str]) -> None:
        self.stale.append(stale)

    async def close(self) -> None:
        return None


@pytest_asyncio.fixture
async def heard(settings: Settings, database: Database) -> AsyncIterator[Heard]:
    heard = Heard(settings.database_writer_url)
    yield heard
    await heard.database.close()


async def _rows(database: Database, sql: str) -> list[dict[str, Any]]:
    async with database.writer() as connection:
        rows: list[dict[str, Any]] = await connection.rows(sql)
        return rows


async def test_a_new_price_stands_on_the_variant_on_its_style_and_in_its_events(heard: Heard) -> None:
    await add_variant(heard.database, SKU, price_cents=PRICE)

    await change_variant(heard.database, SKU, VariantChange(price_cents=19900), "ada@example.com")

    async with heard.database.writer() as connection:
        product = await product_by_slug(connection, SKU.lower())
    events = await _rows(heard.database, "SELECT sku, what, was, now, who FROM variant_events")
    assert (product.variants[0].price_cents, product.price_from_cents) == (19900, 19900)
    assert events == [{"sku": SKU, "what": "price.changed", "was": PRICE, "now": 19900, "who": "ada@example.com"}]
    assert heard.stale == [frozenset({EVERYTHING})]


async def test_a_new_stock_is_in_the_stock_ledger(heard: Heard) -> None:
    await add_variant(heard.database, SKU, stock=10)

    await change_variant(heard.database, SKU, VariantChange(stock=4), "operator")

    moves = await _rows(heard.database, "SELECT sku, reason, delta FROM stock_moves")
    assert moves == [{"sku": SKU, "reason": "set", "delta": -6}]
    assert await stock_of(heard.database, SKU) == 4
    assert heard.stale == [frozenset({SKU})]


async def test_a_withdrawn_variant_is_off_sale_until_it_is_offered_again(heard: Heard) -> None:
    await add_variant(heard.database, SKU)

    gone = await change_variant(heard.database, SKU, VariantChange(withdrawn=True), "operator")
    back = await change_variant(heard.database, SKU, VariantChange(withdrawn=False), "operator")

    events = await _rows(heard.database, "SELECT what FROM variant_events ORDER BY id")
    assert (gone.now.withdrawn, back.now.withdrawn) == (True, False)
    assert [event["what"] for event in events] == ["variant.withdrawn", "variant.offered"]
    assert heard.stale == [frozenset({EVERYTHING})] * 2


async def test_the_same_change_again_changes_nothing(heard: Heard) -> None:
    await add_variant(heard.database, SKU, stock=10, price_cents=PRICE)

    await change_variant(heard.database, SKU, VariantChange(price_cents=PRICE, stock=10), "operator")

    assert await count(heard.database, "variant_events") == await count(heard.database, "stock_moves") == 0
    assert heard.stale == []


async def test_what_cannot_be_is_refused_and_nothing_changed(heard: Heard) -> None:
    await add_variant(heard.database, SKU, stock=10)

    with pytest.raises(NotFound):
        await change_variant(heard.database, "NO-SUCH", VariantChange(stock=1), "operator")
    with pytest.raises(NotFound):
        await change_variant(heard.database, "Größe", VariantChange(stock=1), "operator")
    with pytest.raises(Invalid) as refused:
        await change_variant(heard.database, SKU, VariantChange(stock=-1, price_cents=0), "operator")

    assert [fault.field for fault in refused.value.errors] == ["price_cents", "stock"]
    assert await stock_of(heard.database, SKU) == 10
    assert heard.stale == []


@pytest.mark.parametrize(
    ("stock", "quantity", "outdated"),
    [
        (10, 4, []),
        (6, 1, [frozenset({SKU})]),
        (5, 4, []),
        (2, 2, [frozenset({EVERYTHING})]),
        (99, 99, [frozenset({EVERYTHING})]),
    ],
)
async def test_an_order_outdates_pages_only_where_they_say_another_word(
    heard: Heard, stock: int, quantity: int, outdated: list[frozenset[str]]
) -> None:
    await add_variant(heard.database, SKU, stock=stock)

    await place(heard.database, {SKU: quantity}, "cart-1", "key-1")

    assert heard.stale == outdated


async def test_pieces_that_come_back_outdate_pages_too(heard: Heard) -> None:
    await add_variant(heard.database, SKU, stock=0)
    await add_variant(heard.database, "HAT", stock=4)

    async with heard.database.transaction() as connection:
        await put_back(connection, {SKU: 2, "HAT": 1})
    async with heard.database.transaction() as connection:
        await put_back(connection, {"HAT": 1})

    assert heard.stale == [frozenset({EVERYTHING}), frozenset({"HAT"})]


async def test_what_is_rolled_back_outdates_nothing(heard: Heard) -> None:
    await add_variant(heard.database, SKU, stock=0)

    async def work(connection: Connection) -> None:
        await put_back(connection, {SKU: 1})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await heard.database.retrying(work)

    assert await stock_of(heard.database, SKU) == 0
    assert heard.stale == []


async def test_a_seed_outdates_everything(heard: Heard) -> None:
    await plant(heard.database, read_catalogue()[:2])

    assert heard.stale == [frozenset({EVERYTHING})]


@asynccontextmanager
async def _listening(url: str) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Yields a function that waits for the next telling."""
    redis = open_redis(url)
    pubsub = redis.pubsub()
    await pubsub.subscribe(CHANNEL)

    async def told() -> str:
        async def look() -> Any:
            return await pubsub.get_message(ignore_subscribe_messages=True, timeout=0.1)

        return str((await until(look))["data"])

    yield told
    await pubsub.aclose()  # type: ignore[no-untyped-call]
    await redis.aclose()


async def test_a_telling_counts_the_version_and_names_what_is_outdated(settings: Settings) -> None:
    redis, news = open_redis(settings.redis_url), CatalogueNews(settings.redis_url)
    before = int(await redis.get(VERSION) or 0)

    async with _listening(settings.redis_url) as told:
        news.tell_soon(frozenset({"HAT", "COAT"}))
        first = await told()
        news.tell_soon(frozenset(f"SKU-{n}" for n in range(201)))
        second = await told()
    await news.close()

    assert first == f"{before + 1} COAT HAT"
    assert second == f"{before + 2} *"
    await redis.aclose()


async def test_a_telling_that_redis_does_not_take_is_repeated_until_it_does() -> None:
    valkey = Valkey()
    news = CatalogueNews(valkey.url)
    news.tell_soon(frozenset({"HAT"}))
    await asyncio.sleep(0)

    valkey.start()
    await valkey.wait_until_ready()
    redis = open_redis(valkey.url)

    await until(lambda: redis.get(VERSION))
    await news.close()
    await redis.aclose()
    valkey.stop()


async def test_the_catalog_verb_changes_a_variant_and_says_what_it_was(
    backing: BackingServices, database: Database
) -> None:
    await add_variant(database, SKU, stock=10, price_cents=PRICE)

    changed = await command(backing, "catalog", "set", SKU, "--price-cents", "19900", "--withdraw")
    offered = await command(backing, "catalog", "set", SKU, "--offer", "--stock", "3")

    assert changed == (0, f"{SKU}: €199.00 (was €249.00), 10 in stock, withdrawn (was on sale)\n", "")
    assert offered == (0, f"{SKU}: €199.00, 3 in stock (was 10 in stock), on sale (was withdrawn)\n", "")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("NO-SUCH", "--stock", "1"), 1),
        ((SKU,), 2),
        ((SKU, "--stock", "-1"), 2),
        ((SKU, "--price-cents", "0"), 2),
        ((SKU, "--withdraw", "--offer"), 2),
        ((SKU, "--stock", "many"), 2),
    ],
)
async def test_the_catalog_verb_refuses_what_cannot_be(
    backing: BackingServices, database: Database, words: tuple[str, ...], code: int
) -> None:
    await add_variant(database, SKU, stock=10)

    assert (await command(backing, "catalog", "set", *words))[0] == code

    assert await stock_of(database, SKU) == 10
