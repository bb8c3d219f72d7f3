"""Faults that are made on purpose while people shop."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadtests.run import Outage

if TYPE_CHECKING:
    from deploy.local.load.shop import Shop

EVERY_S = 20.0  # one fault after the other, all in turn
SLOW_CLIENTS, SLOW_S = 50, 10.0
SLOW_HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
WORKERS = ("worker-orders", "worker-documents")

Make = Callable[["Shop", random.Random], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """is_felt: shoppers may get errors while it lasts; has_end: it lasts until all is back, else for a moment."""

    make: Make
    is_felt: bool = False
    has_end: bool = True


async def _kill_a_storefront(shop: "Shop", chance: random.Random) -> None:
    await _kill(shop, chance.choice(list(shop.storefronts)))


async def _kill_the_workers(shop: "Shop", _: random.Random) -> None:
    await asyncio.gather(*(_kill(shop, name) for name in WORKERS))


def _killing(part: str) -> Make:
    async def kill(shop: "Shop", _: random.Random) -> None:
        await _kill(shop, part)

    return kill


async def _kill(shop: "Shop", part: str) -> None:
    """SIGKILL, and wait until it is back."""
    shop.supervisor.kill_part(part)
    await shop.supervisor.until_ready(part)


async def _connect_slowly(shop: "Shop", _: random.Random) -> None:
    """Clients who send a letter of their request a second and never come to its end."""
    await asyncio.gather(*(_one_slow_client(shop.ports.storefront) for _ in range(SLOW_CLIENTS)))


async def _one_slow_client(port: int) -> None:
    end = time.monotonic() + SLOW_S
    with suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(OSError):
            writer.write(SLOW_HEAD)
            while time.monotonic() < end:
                writer.write(b"a")
                await writer.drain()
                await asyncio.sleep(1)
        writer.close()


FAULTS: Mapping[str, Fault] = {
    "kill-web": Fault(_kill_a_storefront, is_felt=True, has_end=False),
    "kill-worker": Fault(_kill_the_workers),
    "redis": Fault(_killing("redis"), is_felt=True),
    "db": Fault(_killing("mariadb"), is_felt=True),
    "sqs": Fault(_killing("sqs")),
    "slow-client": Fault(_connect_slowly),
}


async def disturb(shop: "Shop", names: tuple[str, ...], seconds: float, seed: int) -> list[Outage]:
    """Make these faults in turn, the first after a while and the last before the end; times of time.monotonic.

    They are spread evenly: each once at least, and about one in EVERY_S.
    """
    if not names:
        return []
    chance, began_s, made = random.Random(seed), time.monotonic(), []  # noqa: S311 (chance, not a secret)
    count = len(names) * max(1, int(seconds / EVERY_S / len(names)))
    for number in range(count):
        await asyncio.sleep(max(0.0, began_s + seconds * (number + 1) / (count + 1) - time.monotonic()))
        made.append(await _make(shop, names[number % len(names)], chance))
    return made


async def _make(shop: "Shop", name: str, chance: random.Random) -> Outage:
    fault, began_s = FAULTS[name], time.monotonic()
    print(f"        {name}", flush=True)
    await fault.make(shop, chance)
    ended_s = time.monotonic() if fault.has_end else began_s
    return Outage(name=name, began_s=began_s, ended_s=ended_s, is_felt=fault.is_felt)
