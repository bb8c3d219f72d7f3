"""Requests that are given up half-way: whoever asks next over the same connections hears of his own cart only."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass

import pytest
import pytest_asyncio

from shared.db import Database
from shared.domain.cart import EMPTY, Cart
from shared.queries.users import add_user, user_by_email
from shared.settings import Settings
from storefront import cart_desk
from storefront.cart_cookie import encode
from storefront.cart_store import Operation
from storefront.kept_carts import KeptCarts
from storefront.server import serve
from storefront.shop import Shop, open_shop
from tests.factories import add_variant
from tests.fakes import ListPublisher

SHOPPERS = 8
CONNECTIONS = 2  # to Redis, so that each is used by everybody


@dataclass
class Shopper:
    """Somebody with a cart of one SKU that nobody else has, and with a session."""

    sku: str
    email: str
    session: str
    cart: Cart

    def check(self, cart: Cart) -> None:
        assert (cart.id, set(cart.quantities)) == (self.cart.id, {self.sku})
        assert cart.revision >= self.cart.revision
        self.cart = cart


@pytest_asyncio.fixture
async def narrow(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """A storefront with few connections to Redis."""
    monkeypatch.setattr("shared.redis_client.CONNECTIONS", CONNECTIONS)
    async with open_shop(settings, 0, ListPublisher()) as shop:
        yield shop


@pytest_asyncio.fixture
async def shoppers(narrow: Shop) -> list[Shopper]:
    return [await _shopper(narrow, n) for n in range(SHOPPERS)]


async def _shopper(shop: Shop, n: int) -> Shopper:
    sku, email = await add_variant(shop.database, f"SKU-{n}", stock=99), f"user-{n}@example.com"
    async with shop.database.writer() as connection:
        await add_user(connection, email, email, "")
        user = await user_by_email(connection, email)
    assert user is not None
    session = await shop.sessions.open(user.id, "")
    return Shopper(sku, email, session, await cart_desk.add_item(shop, EMPTY, sku, 1, Operation()))


def _request(shop: Shop, shopper: Shopper, dice: random.Random) -> Awaitable[object]:
    """Something that asks Redis and the database."""
    quantity = dice.randint(1, 99)
    return dice.choice(
        (
            lambda: cart_desk.read_cart(shop, shopper.cart),
            lambda: cart_desk.put_item(shop, shopper.cart, shopper.sku, quantity, Operation()),
            lambda: shop.sessions.who(shopper.session),
            lambda: cart_desk.priced(shop, shopper.cart),
        )
    )()


async def _give_up(work: Awaitable[object], after_s: float) -> bool:
    """Cancel work that is not done after so long; whether it was not."""
    task = asyncio.ensure_future(work)
    await asyncio.wait([task], timeout=after_s)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return task.cancelled()


async def _cancel_calls(shop: Shop, shopper: Shopper, times: int, seed: int) -> int:
    dice, given_up, usual_s, clock = random.Random(seed), 0, 0.0, asyncio.get_running_loop().time
    for _ in range(times):
        given_up += await _give_up(_request(shop, shopper, dice), dice.random() * usual_s)
        begun_s = clock()
        shopper.check(await cart_desk.read_cart(shop, shopper.cart))
        usual_s = clock() - begun_s
        signed_in = await shop.sessions.who(shopper.session)
        assert signed_in is not None
        assert signed_in.email == shopper.email
    return given_up


async def _check_redis(shop: Shop, shoppers: list[Shopper]) -> None:
    """No connection was lost on the way: Redis itself, and not the shopper's copy, has all carts.

    A change that was given up may still be under way on one connection when a reading on another has come back.
    """
    assert isinstance(shop.carts, KeptCarts)
    for shopper in shoppers * CONNECTIONS:
        shopper.check(await shop.carts.shared.read(shopper.cart.id))
    assert await asyncio.gather(*(shop.redis.echo(str(n)) for n in range(50))) == [str(n) for n in range(50)]


async def _cancel(shop: Shop, shoppers: list[Shopper], requests: int) -> None:
    each = requests // SHOPPERS
    given_up = await asyncio.gather(*(_cancel_calls(shop, one, each, n) for n, one in enumerate(shoppers)))

    assert sum(given_up) > requests // 10  # the others were done before
    await _check_redis(shop, shoppers)


async def test_after_500_cancelled_calls_everybody_has_his_own_cart(narrow: Shop, shoppers: list[Shopper]) -> None:
    await _cancel(narrow, shoppers, 500)


@pytest.mark.long
async def test_after_10_000_cancelled_calls_everybody_has_his_own_cart(narrow: Shop, shoppers: list[Shopper]) -> None:
    await _cancel(narrow, shoppers, 10_000)


async def _hang_up(shop: Shop, port: int, shopper: Shopper, times: int, seed: int) -> None:
    """Send a change and close the connection before the answer; then ask for the cart."""
    dice, usual_s, clock = random.Random(seed), 0.0, asyncio.get_running_loop().time
    for _ in range(times):
        body = json.dumps({"quantity": dice.randint(1, 99)})
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_head(shop, shopper, f"PUT /api/v1/cart/items/{shopper.sku}", body))
        await _give_up(reader.read(1), dice.random() * usual_s)
        writer.transport.abort()
        begun_s = clock()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_head(shop, shopper, "GET /api/v1/cart", ""))
        answer = (await reader.read()).partition(b"\r\n\r\n")[2]
        writer.close()
        usual_s = clock() - begun_s
        assert [line["sku"] for line in json.loads(answer)["lines"]] == [shopper.sku]


def _head(shop: Shop, shopper: Shopper, line: str, body: str) -> bytes:
    cookie = encode(shopper.cart, shop.settings.cookie_secrets)
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    head = f"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: cart={cookie}\r\n{kind}\r\n{body}"
    return head.encode()


async def _hang_up_all(shop: Shop, shoppers: list[Shopper], requests: int) -> None:
    async with serve(shop, 0, ["127.0.0.1"]) as port:
        each = requests // SHOPPERS
        await asyncio.gather(*(_hang_up(shop, port, one, each, n) for n, one in enumerate(shoppers)))
    for shopper in shoppers:
        shopper.check(await cart_desk.read_cart(shop, shopper.cart))
    await _check_redis(shop, shoppers)


async def test_after_500_clients_hung_up_everybody_has_his_own_cart(narrow: Shop, shoppers: list[Shopper]) -> None:
    await _hang_up_all(narrow, shoppers, 500)


@pytest.mark.long
async def test_after_10_000_clients_hung_up_everybody_has_his_own_cart(narrow: Shop, shoppers: list[Shopper]) -> None:
    await _hang_up_all(narrow, shoppers, 10_000)
