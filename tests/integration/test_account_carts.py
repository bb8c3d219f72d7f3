"""Browsers that sign in at once, each with a guest's cart: nothing is lost and nothing is doubled, in either store."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest
import pytest_asyncio

from shared.db import Database
from shared.domain.cart import EMPTY, Cart
from shared.domain.emails import normalise_email
from shared.dynamo import Dynamo
from shared.queries.account_carts import cart_of_account, joins_not_shown
from shared.queries.users import add_user, user_by_email
from shared.redis_client import open_redis
from shared.settings import Settings
from storefront.account_carts import follow
from storefront.cart_questions import CartQuestions
from storefront.cart_store import Operation, SharedCarts, StoreAway
from storefront.carts import Carts
from storefront.copied_carts import CopiedCarts
from storefront.dynamo_carts import DynamoCarts
from storefront.kept_carts import KeptCarts
from storefront.shop import Shop
from tests.factories import add_variant, count
from tests.waiting import until

SKUS = ("COAT", "HAT", "SOCKS", "SCARF")
TTL_S = 3600


class FailingCarts(KeptCarts):
    """A store whose answer to a join is lost now and then, done or not."""

    chance = random.Random(0)
    failing = 0.0

    async def join(self, known: Cart, pieces: Mapping[str, int], join_id: int) -> Cart:
        fate = self.chance.random()
        if fate < self.failing / 2:
            raise StoreAway
        cart = await super().join(known, pieces, join_id)
        if fate < self.failing:
            raise StoreAway
        return cart


@dataclass
class Stand:
    """What `follow` needs of a shop."""

    database: Database
    carts: FailingCarts


@pytest_asyncio.fixture(params=["redis", "dynamodb"])
async def stand(request: pytest.FixtureRequest, settings: Settings, database: Database) -> AsyncIterator[Stand]:
    redis = open_redis(settings.redis_url)
    shared: SharedCarts = Carts(redis, TTL_S)
    if request.param == "dynamodb":
        shared = DynamoCarts(Dynamo(settings), settings.carts_table, TTL_S)
    for sku in SKUS:
        await add_variant(database, sku, stock=500)
    yield Stand(database, FailingCarts(shared, CartQuestions(database, database.reader).orders))
    shared.close()
    await redis.aclose()


async def an_account(database: Database, email: str) -> int:
    async with database.writer() as connection:
        await add_user(connection, email, normalise_email(email), "hash")
        user = await user_by_email(connection, email)
    assert user is not None
    return user.id


async def a_cart(stand: Stand, chance: random.Random) -> Cart:
    cart = EMPTY
    for sku in chance.sample(SKUS, chance.randint(1, len(SKUS))):
        cart = await stand.carts.add(cart, sku, chance.randint(1, 5), 99, Operation())
    return cart


async def sign_in(stand: Stand, user_id: int, known: Cart) -> Cart:
    """The copy that the browser has afterwards."""
    return await follow(cast(Shop, stand), user_id, known) or known


async def bring(stand: Stand, user_id: int, known: Cart) -> Cart:
    """Sign in, and look again while the store is away, as a busy emulator may be."""

    async def is_there() -> Cart | None:
        copy = await sign_in(stand, user_id, known)
        async with stand.database.writer() as connection:
            own = await cart_of_account(connection, user_id)
        return copy if own.cart_id == copy.id and not own.is_due else None

    copy = await until(is_there)
    assert copy is not None  # until waits for something
    return copy


async def account_cart(stand: Stand, user_id: int) -> dict[str, int]:
    return dict((await bring(stand, user_id, EMPTY)).quantities)


@pytest.mark.parametrize("seed", range(8))
async def test_browsers_that_sign_in_at_once_lose_nothing_and_double_nothing(stand: Stand, seed: int) -> None:
    chance = stand.carts.chance = random.Random(seed)
    user_id = await an_account(stand.database, f"{seed}@example.com")
    guests = [await a_cart(stand, chance) for _ in range(chance.randint(2, 4))]
    expected = sum((Counter(dict(guest.quantities)) for guest in guests), Counter[str]())

    stand.carts.failing = 0.4
    posts = [*guests, *chance.sample(guests, 2)]  # two of them are sent twice
    await asyncio.gather(*(sign_in(stand, user_id, guest) for guest in posts))
    stand.carts.failing = 0.0
    copies = [await bring(stand, user_id, guest) for guest in guests]

    assert await account_cart(stand, user_id) == dict(expected)
    assert len({copy.id for copy in copies}) == 1
    assert await count(stand.database, "taken_carts") == len(guests) - 1


async def test_what_is_told_is_what_was_added_though_all_sign_in_at_once(stand: Stand) -> None:
    user_id = await an_account(stand.database, "ada@example.com")
    guests = [await stand.carts.add(EMPTY, "COAT", 40, 99, Operation()) for _ in range(4)]

    await asyncio.gather(*(bring(stand, user_id, guest) for guest in guests))

    assert await account_cart(stand, user_id) == {"COAT": 99}
    async with stand.database.writer() as connection:
        joins = await joins_not_shown(connection, user_id, 60)
    assert sorted(sum(joined.added.values()) for joined in joins) == [0, 19, 40]


async def test_two_accounts_never_get_one_cart(stand: Stand) -> None:
    users = [await an_account(stand.database, f"{name}@example.com") for name in ("ada", "bea")]
    guest = await a_cart(stand, random.Random(1))

    copies = await asyncio.gather(*(bring(stand, user_id, guest) for user_id in users))

    assert copies[0].id != copies[1].id
    assert sorted([len(await account_cart(stand, user_id)) for user_id in users]) == [0, len(guest.quantities)]


async def test_a_join_is_added_once_and_keeps_to_the_limits(stand: Stand) -> None:
    cart = EMPTY
    for n in range(99):
        cart = await stand.carts.add(cart, f"S{n}", 98, 99, Operation())

    joined = await stand.carts.join(cart, {"S5": 3, "COAT": 1, "HAT": 1}, 7)
    again = await stand.carts.join(cart, {"S5": 3, "COAT": 1, "HAT": 1}, 7)

    assert again == joined == Cart(cart.id, 100, {**cart.quantities, "S5": 99, "COAT": 1})


async def test_a_join_meets_an_emptied_store_which_gets_the_cart_back_first(stand: Stand, settings: Settings) -> None:
    cart = await stand.carts.add(EMPTY, "COAT", 2, 99, Operation())
    await stand.carts.forget(cart.id or "")

    assert await stand.carts.join(cart, {"COAT": 1}, 7) == Cart(cart.id, 2, {"COAT": 3})


async def test_carts_in_browsers_only_are_nobodys_account_cart(database: Database) -> None:
    carts: Any = CopiedCarts(CartQuestions(database, database.reader).orders)
    user_id = await an_account(database, "ada@example.com")
    guest = await carts.add(EMPTY, "COAT", 2, 99, Operation())

    assert await follow(cast(Shop, Stand(database, carts)), user_id, guest) is None
    async with database.writer() as connection:
        assert (await cart_of_account(connection, user_id)).cart_id is None
