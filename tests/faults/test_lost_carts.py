"""Redis is emptied, killed without a trace, or hangs, while people shop: no cart is lost, and no page fails."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

import pytest
import pytest_asyncio

from shared.redis_client import open_redis
from tests.faults.cart_shoppers import CartShopper, Tally
from tests.faults.shop_client import ShopClient
from tests.faults.stand import Stand
from tests.faults.telling import tell
from tests.faults.wires import Faults
from tests.valkeys import Valkey

PAGE_S = 3.5
BEFORE_S, AFTER_S = 1.0, 3.0
DATABASE_AWAY = "The database does not answer."

Loss = Callable[[Stand, Valkey, float], Awaitable[None]]


@pytest.fixture(scope="module")
def _valkey() -> Iterator[Valkey]:
    server = Valkey()
    server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture
async def valkey(_valkey: Valkey, hurt: Stand) -> AsyncIterator[Valkey]:
    """The shop's Redis for this test: one that remembers nothing when it dies."""
    await _valkey.wait_until_ready()
    wire = hurt.wires["redis"]
    usual = wire.upstream_port
    await _led_to(hurt, _valkey.port)
    yield _valkey
    await _led_to(hurt, usual)


async def _led_to(stand: Stand, port: int) -> None:
    stand.wires["redis"].cut()
    stand.wires["redis"].upstream_port = port
    stand.heal()


async def emptied(stand: Stand, valkey: Valkey, seconds: float) -> None:
    """FLUSHALL, every half second."""
    redis = open_redis(valkey.url)
    for _ in range(int(2 * seconds)):
        await redis.flushall()
        await asyncio.sleep(0.5)
    await redis.aclose()


async def killed(stand: Stand, valkey: Valkey, seconds: float) -> None:
    """SIGKILL; a new one, which knows nothing, comes after so long."""
    await asyncio.to_thread(valkey.stop)
    await asyncio.sleep(seconds)
    valkey.start()


async def hung(stand: Stand, valkey: Valkey, seconds: float) -> None:
    """Nothing passes, in either direction; what was sent meanwhile arrives afterwards."""
    stand.wires["redis"].faults = Faults(is_hung=True)
    await asyncio.sleep(seconds)
    stand.wires["redis"].heal()


LOSSES: Mapping[str, Loss] = {"emptied": emptied, "killed": killed, "hung": hung}


@pytest.mark.parametrize("name", LOSSES)
async def test_a_few_shoppers_lose_nothing(hurt: Stand, skus: list[str], valkey: Valkey, name: str) -> None:
    """On a busy machine the database, too, may be taken for away for a moment; nobody hears of Redis."""
    tally = await shop_through(hurt, skus, valkey, LOSSES[name], shoppers=8, seconds=2.5, think_s=0.1)

    tell(f"{name}: {tally}")
    assert tally.wrong == []
    assert set(tally.reasons) <= {DATABASE_AWAY}


@pytest.mark.long
@pytest.mark.parametrize("name", LOSSES)
async def test_a_hundred_shoppers_lose_nothing_and_wait_for_no_page(
    hurt: Stand, skus: list[str], valkey: Valkey, name: str
) -> None:
    tally = await shop_through(hurt, skus, valkey, LOSSES[name], shoppers=100, seconds=10, think_s=1)

    tell(f"{name}: {tally}")
    assert (tally.wrong, tally.failed) == ([], {})
    assert max(tally.slowest_s.values()) <= PAGE_S


async def shop_through(
    stand: Stand, skus: list[str], valkey: Valkey, loss: Loss, *, shoppers: int, seconds: float, think_s: float
) -> Tally:
    """Let people shop before, while and after Redis is lost; at the end everybody looks into the cart."""
    tally, client, ended = Tally(), ShopClient(stand.url), asyncio.Event()
    people = [CartShopper(client, skus, random.Random(f"{n}"), tally) for n in range(shoppers)]
    shopping = [asyncio.create_task(one.shop_until(ended, think_s)) for one in people]
    await asyncio.sleep(BEFORE_S)
    await loss(stand, valkey, seconds)
    await asyncio.sleep(AFTER_S)
    ended.set()
    await asyncio.gather(*shopping)
    await asyncio.gather(*(one.look() for one in people))
    client.close()
    return tally
