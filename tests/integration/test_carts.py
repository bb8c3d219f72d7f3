import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import Monitor

from shared.domain.cart import EMPTY, ORDER_STEP, Cart
from shared.errors import CartFull, FieldError, Invalid, OperationReused, Shortage, SoldOut, Unavailable
from shared.redis_client import CONNECTIONS, WatchedRedis, open_redis
from storefront.cart_store import KEPT_OPERATIONS, Behind, Operation, StoreAway, new_cart_id
from storefront.carts import Carts
from tests.valkeys import Valkey, answers
from tests.waiting import until

COAT, SOCKS = "WS31-OCH-42-44", "SOCKS-39"
TTL_S = 30 * 24 * 3600
NO_ID = Operation()


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
def carts(redis: WatchedRedis) -> Carts:
    return Carts(redis, TTL_S)


async def a_cart(carts: Carts, quantities: dict[str, int]) -> str:
    cart = EMPTY
    for sku, quantity in quantities.items():
        cart = await carts.add(cart.id, sku, quantity, 99, NO_ID)
    assert cart.id is not None
    return cart.id


async def test_the_first_piece_makes_the_cart(carts: Carts) -> None:
    made = await carts.add(None, COAT, 2, 99, NO_ID)

    assert made.id is not None
    assert len(made.id) == 22
    assert made == Cart(made.id, 1, {COAT: 2}, 0)
    assert await carts.read(made.id) == made


async def test_adding_the_same_piece_again_adds_to_its_line(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 2})

    assert await carts.add(cart_id, COAT, 3, 99, NO_ID) == Cart(cart_id, 2, {COAT: 5})


async def test_fifty_parallel_adds_give_fifty_pieces(carts: Carts) -> None:
    cart_id = await a_cart(carts, {SOCKS: 1})

    await asyncio.gather(*(carts.add(cart_id, COAT, 1, 99, Operation(f"op-{n}")) for n in range(50)))

    assert await carts.read(cart_id) == Cart(cart_id, 51, {SOCKS: 1, COAT: 50})


async def test_a_hundred_lines_stay_in_the_order_in_which_they_were_added(carts: Carts) -> None:
    skus = [f"{n * 37 % 100:0>24}" for n in range(100)]
    cart_id = await a_cart(carts, dict.fromkeys(skus, 1))

    await carts.put(cart_id, skus[0], 99, 99, NO_ID)
    await carts.add(cart_id, skus[50], 98, 99, NO_ID)

    assert list((await carts.read(cart_id)).quantities) == skus


async def test_putting_sets_a_line_whether_it_is_there_or_not(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 5})

    assert (await carts.put(cart_id, COAT, 2, 99, NO_ID)).quantities == {COAT: 2}
    assert (await carts.put(cart_id, SOCKS, 7, 99, NO_ID)).quantities == {COAT: 2, SOCKS: 7}
    assert (await carts.put(None, SOCKS, 3, 99, NO_ID)).quantities == {SOCKS: 3}


async def test_removing_takes_the_line_out(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 5, SOCKS: 1})

    assert await carts.remove(cart_id, COAT, NO_ID) == Cart(cart_id, 3, {SOCKS: 1})


async def test_clearing_takes_all_lines_out_and_keeps_id_and_revision(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 5, SOCKS: 1})

    cleared = await carts.clear(cart_id, NO_ID)

    assert cleared == Cart(cart_id, 3, {})
    assert await carts.add(cart_id, COAT, 1, 99, NO_ID) == Cart(cart_id, 4, {COAT: 1})


async def test_what_changes_nothing_keeps_the_revision(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 5})
    before = await carts.read(cart_id)

    assert await carts.put(cart_id, COAT, 5, 99, NO_ID) == before
    assert await carts.remove(cart_id, SOCKS, NO_ID) == before
    cleared = await carts.clear(cart_id, NO_ID)
    assert await carts.clear(cart_id, NO_ID) == cleared


@pytest.mark.parametrize("sku", ["#rev", "#ordered", "", "no such", "x" * 4000, "\0"])
async def test_removing_what_is_no_sku_changes_nothing(carts: Carts, sku: str) -> None:
    cart_id = await a_cart(carts, {COAT: 5})

    assert await carts.remove(cart_id, sku, NO_ID) == Cart(cart_id, 1, {COAT: 5})


async def test_empty_reads_clears_and_removals_leave_no_key(carts: Carts, redis: Redis) -> None:
    unknown = new_cart_id()

    assert await carts.read(None) == EMPTY
    assert await carts.clear(None, Operation("op")) == EMPTY
    assert await carts.remove(None, COAT, Operation("op")) == EMPTY
    assert await carts.read(unknown) == Cart(unknown, 0, {})
    assert await carts.clear(unknown, Operation("op")) == Cart(unknown, 0, {})
    assert await carts.remove(unknown, COAT, Operation("op")) == Cart(unknown, 0, {})
    assert await carts.subtract(unknown, {COAT: 1}, 3, "order:K7QM-4X2D") == Cart(unknown, 0, {})
    assert await redis.dbsize() == 0


async def test_more_than_99_pieces_of_one_kind_are_refused_and_nothing_is_added(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 98})

    with pytest.raises(Invalid) as refusal:
        await carts.add(cart_id, COAT, 2, 99, NO_ID)

    assert refusal.value.errors == (FieldError("quantity", "Choose a quantity from 1 to 99."),)
    assert await carts.read(cart_id) == Cart(cart_id, 1, {COAT: 98})


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**20])
async def test_a_quantity_out_of_bounds_names_its_field_and_makes_no_cart(
    carts: Carts, redis: Redis, quantity: int
) -> None:
    for change in (carts.add, carts.put):
        with pytest.raises(Invalid) as refusal:
            await change(None, COAT, quantity, 99, NO_ID)
        assert [error.field for error in refusal.value.errors] == ["quantity"]

    assert await redis.dbsize() == 0


@pytest.mark.parametrize("left", [0, 3])
async def test_more_than_is_left_is_refused_and_nothing_is_added(carts: Carts, left: int) -> None:
    cart_id = await a_cart(carts, {COAT: 2})

    with pytest.raises(SoldOut) as by_adding:
        await carts.add(cart_id, COAT, 2, left, NO_ID)
    with pytest.raises(SoldOut) as by_putting:
        await carts.put(cart_id, COAT, 4, left, NO_ID)

    assert by_adding.value.lines == by_putting.value.lines == (Shortage(COAT, wanted=4, left=left),)
    assert await carts.read(cart_id) == Cart(cart_id, 1, {COAT: 2})


async def test_what_was_sold_out_makes_no_cart(carts: Carts, redis: Redis) -> None:
    with pytest.raises(SoldOut):
        await carts.add(None, COAT, 1, 0, Operation("op"))

    assert await redis.dbsize() == 0


async def test_the_101st_line_is_refused_and_the_hundred_can_still_grow(carts: Carts) -> None:
    cart_id = await a_cart(carts, {f"SKU-{n}": 1 for n in range(100)})

    with pytest.raises(CartFull):
        await carts.add(cart_id, COAT, 1, 99, NO_ID)
    with pytest.raises(CartFull):
        await carts.put(cart_id, COAT, 1, 99, NO_ID)

    grown = await carts.add(cart_id, "SKU-7", 1, 99, NO_ID)
    assert (grown.revision, grown.item_count, len(grown.quantities)) == (101, 101, 100)


async def test_the_same_operation_again_does_nothing_twice(carts: Carts) -> None:
    cart_id = await a_cart(carts, {SOCKS: 1})
    operation = Operation("op", "sha")

    first = await carts.add(cart_id, COAT, 1, 99, operation)
    again = await carts.add(cart_id, COAT, 1, 0, operation)

    assert first == again == Cart(cart_id, 2, {SOCKS: 1, COAT: 1})


async def test_one_operation_sent_twenty_times_at_once_adds_once(carts: Carts) -> None:
    cart_id = await a_cart(carts, {SOCKS: 1})

    answers = await asyncio.gather(*(carts.add(cart_id, COAT, 1, 99, Operation("op")) for _ in range(20)))

    assert {cart.revision for cart in answers} == {2}
    assert await carts.read(cart_id) == Cart(cart_id, 2, {SOCKS: 1, COAT: 1})


async def test_a_removal_that_found_nothing_is_remembered_too(carts: Carts) -> None:
    cart_id = await a_cart(carts, {SOCKS: 1})
    await carts.remove(cart_id, COAT, Operation("op"))
    await carts.add(cart_id, COAT, 1, 99, NO_ID)

    assert (await carts.remove(cart_id, COAT, Operation("op"))).quantities == {SOCKS: 1, COAT: 1}


async def test_an_operation_that_was_refused_may_be_sent_again(carts: Carts) -> None:
    cart_id = await a_cart(carts, {SOCKS: 1})
    with pytest.raises(SoldOut):
        await carts.add(cart_id, COAT, 1, 0, Operation("op"))

    assert (await carts.add(cart_id, COAT, 1, 99, Operation("op"))).quantities == {SOCKS: 1, COAT: 1}


async def test_an_operation_id_used_for_something_else_is_refused(carts: Carts) -> None:
    cart_id = await a_cart(carts, {SOCKS: 1})
    before = await carts.add(cart_id, COAT, 1, 99, Operation("op", "sha"))

    for change in (
        carts.add(cart_id, COAT, 2, 99, Operation("op", "sha")),
        carts.add(cart_id, SOCKS, 1, 99, Operation("op", "sha")),
        carts.add(cart_id, COAT, 1, 99, Operation("op", "another")),
        carts.put(cart_id, COAT, 1, 99, Operation("op", "sha")),
        carts.remove(cart_id, COAT, Operation("op", "sha")),
        carts.clear(cart_id, Operation("op", "sha")),
    ):
        with pytest.raises(OperationReused):
            await change

    assert await carts.read(cart_id) == before


async def test_the_last_256_operations_are_kept_and_no_more(carts: Carts, redis: Redis) -> None:
    cart_id = await a_cart(carts, {COAT: 1})
    for n in range(KEPT_OPERATIONS + 1):
        await carts.put(cart_id, COAT, 1 + n % 2, 99, Operation(f"op-{n}"))
    size = await redis.hlen(f"cart:{{{cart_id}}}:ops")

    oldest_kept = await carts.put(cart_id, COAT, 2, 99, Operation("op-1"))
    assert oldest_kept.quantities == {COAT: 1}
    with pytest.raises(OperationReused):
        await carts.put(cart_id, COAT, 9, 99, Operation("op-1"))
    forgotten = await carts.put(cart_id, COAT, 9, 99, Operation("op-0"))
    assert forgotten.quantities == {COAT: 9}
    assert await redis.hlen(f"cart:{{{cart_id}}}:ops") == size == 2 * KEPT_OPERATIONS + 1


async def test_operations_are_kept_as_hashes_of_one_length(carts: Carts, redis: Redis) -> None:
    cart_id = await a_cart(carts, {COAT: 1})

    await carts.add(cart_id, COAT, 1, 99, Operation("o" * 128, "sha"))

    kept = await redis.hgetall(f"cart:{{{cart_id}}}:ops")
    assert sorted(len(field) for field in kept) == [2, 6, 32]


async def test_what_was_ordered_is_taken_out_once_and_what_another_tab_added_stays(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 2, SOCKS: 3})
    ordered = await carts.read(cart_id)
    await carts.add(cart_id, COAT, 1, 99, NO_ID)
    await carts.add(cart_id, "HAT", 1, 99, NO_ID)

    for _ in range(3):
        left = await carts.subtract(cart_id, ordered.quantities, ordered.revision, "order:K7QM-4X2D")

    assert left == Cart(cart_id, 4 + ORDER_STEP, {COAT: 1, "HAT": 1}, ordered_revision=2)


async def test_what_was_ordered_is_not_taken_out_again_after_256_other_operations(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 1})
    await carts.subtract(cart_id, {COAT: 1}, 1, "order:K7QM-4X2D")
    for n in range(KEPT_OPERATIONS):
        await carts.put(cart_id, COAT, 1 + n % 2, 99, Operation(f"op-{n}"))
    before = await carts.read(cart_id)

    assert await carts.subtract(cart_id, {COAT: 1}, 1, "order:K7QM-4X2D") == before


async def test_two_subtractions_at_once_take_out_once(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 10})
    await carts.add(cart_id, COAT, 40, 99, NO_ID)

    await asyncio.gather(*(carts.subtract(cart_id, {COAT: 10}, 1, "order:K7QM-4X2D") for _ in range(10)))

    assert await carts.read(cart_id) == Cart(cart_id, 2 + ORDER_STEP, {COAT: 40}, 1)


async def test_an_order_empties_its_cart_and_the_next_one_is_another_revision(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 2})

    emptied = await carts.subtract(cart_id, {COAT: 2}, 1, "order:K7QM-4X2D")
    filled = await carts.add(cart_id, COAT, 2, 99, NO_ID)

    assert emptied == Cart(cart_id, 1 + ORDER_STEP, {}, 1)
    assert filled == Cart(cart_id, 2 + ORDER_STEP, {COAT: 2}, 1)


async def test_a_line_that_was_removed_before_its_order_was_subtracted_does_not_go_below_zero(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 2, SOCKS: 1})
    await carts.remove(cart_id, COAT, NO_ID)
    await carts.put(cart_id, SOCKS, 5, 99, NO_ID)

    left = await carts.subtract(cart_id, {COAT: 2, SOCKS: 1}, 2, "order:K7QM-4X2D")

    assert left.quantities == {SOCKS: 4}


async def test_a_shopper_cannot_stop_a_subtraction_by_using_its_name(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 2})
    await carts.add(cart_id, COAT, 1, 99, Operation("order:K7QM-4X2D"))

    assert (await carts.subtract(cart_id, {COAT: 3}, 2, "order:K7QM-4X2D")).quantities == {}


async def test_a_store_that_lost_a_cart_says_so_and_changes_nothing(carts: Carts, redis: Redis) -> None:
    cart_id = await a_cart(carts, {COAT: 2, SOCKS: 1})
    await redis.flushall()

    for change in (
        carts.add(cart_id, COAT, 1, 99, Operation("op", known_revision=2)),
        carts.put(cart_id, COAT, 1, 99, Operation("op", known_revision=2)),
        carts.remove(cart_id, COAT, Operation("op", known_revision=2)),
        carts.clear(cart_id, Operation("op", known_revision=2)),
        carts.subtract(cart_id, {COAT: 1}, 2, "order:K7QM-4X2D", known_revision=2),
    ):
        with pytest.raises(Behind):
            await change

    assert await redis.dbsize() == 0


async def test_a_copy_replaces_an_older_cart_and_never_a_newer_one(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 2, SOCKS: 1})
    copy = Cart(cart_id, 5, {"HAT": 1, COAT: 3}, 1)

    restored = await carts.restore(copy)
    older = await carts.restore(Cart(cart_id, 4, {SOCKS: 9}))
    other = await carts.restore(Cart(cart_id, 5, {SOCKS: 9}))

    assert restored == older == other == copy
    assert list(restored.quantities) == ["HAT", COAT]


async def test_of_fifty_restores_at_once_one_counts(carts: Carts) -> None:
    copy = Cart(new_cart_id(), 7, {COAT: 3})

    async def restore_and_add(number: int) -> None:
        await carts.restore(copy)
        await carts.add(copy.id, SOCKS, 1, 99, Operation(f"op-{number}", known_revision=7))

    await asyncio.gather(*(restore_and_add(number) for number in range(50)))

    assert await carts.read(copy.id) == Cart(copy.id, 57, {COAT: 3, SOCKS: 50})


async def test_an_order_takes_all_of_a_cart_that_is_older_than_it(carts: Carts) -> None:
    cart_id = await a_cart(carts, {COAT: 2, SOCKS: 1})

    left = await carts.subtract(cart_id, {COAT: 2}, 3, "order:K7QM-4X2D")

    assert left == Cart(cart_id, 3 + ORDER_STEP, {}, 3)


async def test_a_cart_lives_thirty_days_from_its_last_change(carts: Carts, redis: Redis) -> None:
    cart_id = await a_cart(carts, {SOCKS: 1})
    keys = [f"cart:{{{cart_id}}}", f"cart:{{{cart_id}}}:ops"]
    await carts.add(cart_id, COAT, 1, 99, Operation("op"))
    for key in keys:
        await redis.expire(key, 100)

    await carts.add(cart_id, COAT, 1, 99, NO_ID)

    assert [TTL_S - 10 <= await redis.ttl(key) <= TTL_S for key in keys] == [True, True]


@pytest.mark.parametrize(("left_s", "is_renewed"), [(TTL_S - 60, False), (TTL_S - 3700, True)])
async def test_reading_renews_the_life_of_a_cart_once_an_hour(
    carts: Carts, redis: Redis, left_s: int, is_renewed: bool
) -> None:
    cart_id = await a_cart(carts, {SOCKS: 1})
    keys = [f"cart:{{{cart_id}}}", f"cart:{{{cart_id}}}:ops"]
    await carts.add(cart_id, COAT, 1, 99, Operation("op"))
    for key in keys:
        await redis.expire(key, left_s)

    await carts.read(cart_id)

    assert [await redis.ttl(key) > left_s for key in keys] == [is_renewed, is_renewed]


async def test_an_expired_cart_is_gone(redis: WatchedRedis) -> None:
    carts = Carts(redis, ttl_s=1)
    cart_id = await a_cart(carts, {COAT: 1})

    async def is_gone() -> bool:
        return not await redis.exists(f"cart:{{{cart_id}}}")

    await until(is_gone)
    assert await carts.read(cart_id) == Cart(cart_id, 0, {})


async def test_a_redis_that_forgot_its_scripts_is_given_them_again(carts: Carts, redis: Redis) -> None:
    cart_id = await a_cart(carts, {COAT: 1})
    await redis.script_flush()

    assert (await carts.add(cart_id, COAT, 1, 99, Operation("op"))).quantities == {COAT: 2}
    await redis.script_flush()
    assert (await carts.read(cart_id)).quantities == {COAT: 2}


async def test_every_change_and_every_read_is_one_command(carts: Carts, redis: Redis, valkey: Valkey) -> None:
    cart_id = await a_cart(carts, {COAT: 1})
    await use_every_method(carts, cart_id)

    watcher = open_redis(valkey.url)
    async with watcher.monitor() as watched:
        await use_every_method(carts, cart_id)
        await redis.echo("the end")
        sent = [command async for command in sent_before_echo(watched)]
    await watcher.aclose()

    assert sent == ["EVALSHA"] * 6


async def sent_before_echo(watched: Monitor) -> AsyncIterator[str]:
    """The commands that came over the wire, not those that a script gave."""
    async for seen in watched.listen():
        name = str(seen["command"]).split()[0]
        if name == "ECHO":
            return
        if seen["client_type"] != "lua":
            yield name


async def use_every_method(carts: Carts, cart_id: str) -> None:
    await carts.add(cart_id, COAT, 1, 99, NO_ID)
    await carts.put(cart_id, SOCKS, 1, 99, NO_ID)
    await carts.remove(cart_id, SOCKS, NO_ID)
    cart = await carts.read(cart_id)
    await carts.subtract(cart_id, {COAT: 1}, cart.revision, "order:K7QM-4X2D")
    await carts.clear(cart_id, NO_ID)


async def test_two_hundred_callers_share_a_bounded_number_of_connections(carts: Carts, redis: Redis) -> None:
    cart_ids = [await a_cart(carts, {f"SKU-{n}": 1}) for n in range(200)]

    found = await asyncio.gather(*(carts.read(cart_id) for cart_id in cart_ids))

    assert [list(cart.quantities) for cart in found] == [[f"SKU-{n}"] for n in range(200)]
    assert (await redis.info("clients"))["connected_clients"] <= CONNECTIONS + 1


async def test_a_caller_who_left_never_leaves_a_strangers_cart_behind(carts: Carts) -> None:
    cart_ids = [await a_cart(carts, {f"SKU-{n}": 1}) for n in range(100)]

    for turns in range(1, 6):
        leaving = [asyncio.create_task(carts.read(cart_id)) for cart_id in cart_ids]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        found = await asyncio.gather(*(carts.read(cart_id) for cart_id in reversed(cart_ids)))
        assert [cart.id for cart in found if [*cart.quantities] != [f"SKU-{cart_ids.index(cart.id or '')}"]] == []


async def test_everybody_on_a_lost_connection_hears_of_it_and_may_send_the_change_again(
    carts: Carts, redis: WatchedRedis
) -> None:
    cart_id = await a_cart(carts, {SOCKS: 1})

    async def add_fifty() -> list[object]:
        adds = (carts.add(cart_id, COAT, 1, 99, Operation(f"op-{n}")) for n in range(50))
        return await asyncio.gather(*adds, return_exceptions=True)

    async def are_sent() -> bool:
        return any("b" in client["flags"] for client in await redis.client_list())

    await redis.client_pause(timeout=60_000, all=False)
    adding = asyncio.create_task(add_fifty())
    await until(are_sent)
    await redis.client_kill_filter(_type="normal", skipme=True)
    await redis.client_unpause()
    told = await adding
    await add_fifty()
    await add_fifty()

    assert [type(one) for one in told] == [StoreAway] * 50
    assert (await carts.read(cart_id)).quantities == {SOCKS: 1, COAT: 50}


async def test_a_redis_that_is_away_is_told_as_such_and_found_again_when_it_is_back(valkey: Valkey) -> None:
    client = open_redis(valkey.url)
    carts = Carts(client, TTL_S)
    await a_cart(carts, {COAT: 1})

    valkey.stop()
    with pytest.raises(Unavailable):
        await carts.add(None, COAT, 1, 99, NO_ID)
    with pytest.raises(Unavailable):
        await carts.read(new_cart_id())
    valkey.start()
    await valkey.wait_until_ready()

    assert (await carts.add(None, COAT, 1, 99, NO_ID)).quantities == {COAT: 1}
    await client.aclose()


async def test_a_redis_that_hangs_is_given_up_and_the_change_is_not_sent_twice(
    redis: Redis, carts: Carts, valkey: Valkey
) -> None:
    cart_id = await a_cart(carts, {COAT: 1})
    valkey.hang()

    with pytest.raises(Unavailable):
        await carts.add(cart_id, COAT, 1, 99, NO_ID)

    valkey.go_on()
    await until(lambda: answers(redis))
    assert (await carts.read(cart_id)).quantities[COAT] <= 2
