"""A cart survives the loss of its store: emptied, away, or restored from yesterday."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.cart import ORDER_STEP, Cart, CartOrder
from shared.errors import Unavailable
from shared.redis_client import WatchedRedis, open_redis
from storefront.cart_store import Operation
from storefront.carts import Carts
from storefront.kept_carts import AWAY_STEP, KeptCarts
from tests.cart_shopper import Database, Shopper
from tests.valkeys import Valkey, answers
from tests.waiting import until

COAT, SOCKS, HAT = "WS31-OCH-42-44", "SOCKS-39", "HAT-57"
NO_ID = Operation()
NOWHERE = "redis://127.0.0.1:9/0"
TTL_S = 3600


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    server = Valkey()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def redis(valkey: Valkey) -> AsyncIterator[WatchedRedis]:
    await valkey.wait_until_ready()
    client = open_redis(valkey.url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def away() -> AsyncIterator[KeptCarts]:
    client = open_redis(NOWHERE)
    yield KeptCarts(Carts(client, TTL_S), Database())
    await client.aclose()


@pytest.fixture
def carts(redis: WatchedRedis) -> KeptCarts:
    return KeptCarts(Carts(redis, TTL_S), Database())


async def a_cart(carts: KeptCarts) -> Cart:
    coat = await carts.add(Cart(None, 0, {}), COAT, 2, 99, NO_ID)
    return await carts.add(coat, SOCKS, 1, 99, NO_ID)


async def test_an_emptied_redis_gets_the_cart_back_from_the_copy(carts: KeptCarts, redis: WatchedRedis) -> None:
    known = await a_cart(carts)
    await redis.flushall()

    assert await carts.read(known) == known
    assert await carts.shared.read(known.id) == known


async def test_a_change_meets_an_emptied_redis_and_nothing_is_lost(carts: KeptCarts, redis: WatchedRedis) -> None:
    known = await a_cart(carts)
    await redis.flushall()

    added = await carts.add(known, HAT, 1, 99, Operation("op"))
    again = await carts.add(known, HAT, 1, 99, Operation("op"))

    assert added == again == Cart(known.id, 3, {COAT: 2, SOCKS: 1, HAT: 1})


async def test_the_newer_cart_in_redis_wins_over_an_older_copy(carts: KeptCarts) -> None:
    known = await a_cart(carts)
    newer = await carts.remove(known, COAT, NO_ID)

    assert await carts.read(known) == newer == Cart(known.id, 3, {SOCKS: 1})


async def test_a_redis_of_yesterday_is_brought_up_to_the_copy(carts: KeptCarts, redis: WatchedRedis) -> None:
    known = await a_cart(carts)
    key = f"cart:{{{known.id}}}"
    yesterday: dict[Any, Any] = await redis.hgetall(key)
    today = await carts.put(known, SOCKS, 7, 99, NO_ID)
    await redis.delete(key)
    await redis.hset(key, mapping=yesterday)

    assert await carts.read(today) == Cart(known.id, 3, {COAT: 2, SOCKS: 7})


async def test_while_redis_is_away_the_copy_is_changed_and_counts_when_it_is_back(
    carts: KeptCarts, away: KeptCarts
) -> None:
    known = await a_cart(carts)

    changed = await away.remove(known, COAT, Operation("op"))
    added = await away.add(changed, HAT, 1, 99, Operation("op-2"))

    assert added == await carts.read(added) == Cart(known.id, 2 + 2 * AWAY_STEP, {SOCKS: 1, HAT: 1})


async def test_what_a_hanging_redis_does_late_never_doubles_what_the_copy_did(
    carts: KeptCarts, redis: WatchedRedis, valkey: Valkey
) -> None:
    known = await a_cart(carts)
    valkey.hang()

    changed = await carts.add(known, COAT, 1, 99, Operation("op"))
    valkey.go_on()
    await until(lambda: answers(redis))

    assert (await carts.shared.read(known.id)).quantities[COAT] in (2, 3)
    assert await carts.read(changed) == Cart(known.id, 2 + AWAY_STEP, {COAT: 3, SOCKS: 1})


async def test_what_an_order_took_never_comes_back_from_an_old_copy(redis: WatchedRedis) -> None:
    database = Database()
    carts = KeptCarts(Carts(redis, TTL_S), database)
    known = await a_cart(carts)
    database.orders.append(CartOrder("K7QM-4X2D", known.revision, known.quantities))
    await redis.flushall()

    assert await carts.read(known) == Cart(known.id, 2 + ORDER_STEP, {}, 2)
    assert (await carts.add(known, HAT, 1, 99, NO_ID)).quantities == {HAT: 1}


async def test_an_order_is_taken_out_of_a_copy_that_another_tab_filled_meanwhile(redis: WatchedRedis) -> None:
    database = Database()
    carts = KeptCarts(Carts(redis, TTL_S), database)
    known = await a_cart(carts)
    later = await carts.add(known, HAT, 1, 99, NO_ID)
    database.orders.append(CartOrder("K7QM-4X2D", known.revision, known.quantities))
    await redis.flushall()

    assert await carts.read(later) == Cart(known.id, 3 + ORDER_STEP, {HAT: 1}, 2)


CHANGES = st.tuples(
    st.sampled_from(["add", "add", "put", "remove", "clear"]), st.sampled_from([COAT, SOCKS, HAT]), st.integers(1, 3)
)
EVENTS = st.sampled_from(["emptied", "kept", "of yesterday", "away", "back"])
STEPS = st.lists(
    st.one_of(
        CHANGES,
        CHANGES,
        EVENTS,
        st.tuples(CHANGES, EVENTS),
        st.sampled_from(["look", "order", "order, then dead"]),
    ),
    min_size=5,
    max_size=25,
)


class World:
    """One Redis that is emptied, goes away and comes back, and the shopper who notices nothing of it."""

    def __init__(self, redis: WatchedRedis, nowhere: WatchedRedis) -> None:
        self.redis, self.nowhere = redis, nowhere
        self.carts = Carts(redis, TTL_S)
        database = Database()
        self.shopper = Shopper(KeptCarts(self.carts, database), database)
        self.saved: dict[str, Any] = {}

    async def take(self, step: object) -> None:
        match step:
            case ((str(verb), str(sku), int(pieces)), str(event)):
                await self.shopper.change(verb, sku, pieces, lambda: self.happen(event))
            case (str(verb), str(sku), int(pieces)):
                await self.shopper.change(verb, sku, pieces)
            case "order" | "order, then dead":
                await self.shopper.order(is_taken_out=step == "order")
            case "look":
                await self.shopper.look()
            case str(event):
                await self.happen(event)

    async def happen(self, event: str) -> None:
        if event in ("away", "back"):
            self.carts._redis = self.nowhere if event == "away" else self.redis
        if event == "emptied":
            await self.redis.flushall()
        if event == "kept":
            self.saved = {str(key): await self.redis.hgetall(key) for key in await self.redis.keys("cart:*")}
        if event == "of yesterday":
            await self.redis.flushall()
            for key, fields in self.saved.items():
                await self.redis.hset(key, mapping=fields)


async def live(url: str, steps: list[object]) -> None:
    redis, nowhere = open_redis(url), open_redis(NOWHERE)
    await redis.flushall()
    world = World(redis, nowhere)
    try:
        for step in [*steps, "look", "back", "look"]:
            await world.take(step)
    finally:
        await redis.aclose()
        await nowhere.aclose()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_to_redis_the_shopper_finds_what_is_in_the_cart(valkey: Valkey, steps: list[object]) -> None:
    asyncio.run(live(valkey.url, steps))


async def test_a_cart_can_be_changed_while_the_database_is_away(carts: KeptCarts, redis: WatchedRedis) -> None:
    cart = await a_cart(carts)

    async def away(cart_id: str, after_revision: int) -> list[CartOrder]:
        raise Unavailable("The database does not answer.")

    changed = await KeptCarts(Carts(redis, TTL_S), away).add(cart, HAT, 1, 99, NO_ID)

    assert changed.quantities == {COAT: 2, SOCKS: 1, HAT: 1}
    assert (await carts.read(changed)).quantities == changed.quantities
