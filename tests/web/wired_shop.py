"""A storefront with a link of its own to each thing it depends on, to be cut and hung."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from shared.seed.pictures import copy_pictures
from shared.settings import Settings
from storefront.server import serve
from storefront.shop import Shop, open_shop
from tests.faults.wires import Faults, Wire, open_wire
from tests.waiting import until

LINKS = {
    "writer": "database_writer_url",
    "readers": "database_reader_urls",
    "redis": "redis_url",
    "sqs": "sqs_endpoint_url",
    "payment": "payment_gateway",
}


@dataclass
class WiredShop:
    shop: Shop
    url: str
    wires: dict[str, Wire]

    @property
    def media(self) -> Path:
        return self.shop.settings.media_root

    @property
    def _aside(self) -> Path:
        return self.media.with_name("aside")

    def take(self, *names: str, hung: bool = False) -> None:
        """Refuse everything on these links and cut what is there, or let nothing pass."""
        for name in names:
            if name == "media":
                self.media.rename(self._aside)
            elif hung:
                self.wires[name].faults = Faults(is_hung=True)
            else:
                self.wires[name].cut()

    async def give_back(self) -> None:
        """Heal everything, and wait until that was noticed; no connection of before is used again.

        Redis's client learns that an idle connection was cut only by using it, and what a test asks is sent once.
        """
        for wire in self.wires.values():
            wire.heal()
        await self.shop.redis.connection_pool.disconnect(inuse_connections=False)
        if self._aside.exists():
            self._aside.rename(self.media)
        for name in self.shop.readiness.dependencies:
            await self.noticed(name, is_well=True)

    async def noticed(self, name: str, *, is_well: bool = False) -> None:
        async def is_noticed() -> bool:
            return self.shop.readiness.is_well(name) == is_well

        await until(is_noticed)


@asynccontextmanager
async def open_wired_shop(settings: Settings, folder: Path) -> AsyncIterator[WiredShop]:
    media = folder / "media"
    await asyncio.to_thread(copy_pictures, media)
    async with AsyncExitStack() as stack:
        wires: dict[str, Wire] = {}
        changes: dict[str, Any] = {"media_root": media}
        for name, field in LINKS.items():
            url = settings.database_writer_url if name == "readers" else getattr(settings, field)
            wires[name] = await open_wire(urlsplit(url).port or 0)
            stack.push_async_callback(wires[name].close)
            wired = _at(url, wires[name].port)
            changes[field] = (wired,) if name == "readers" else wired
        shop = await stack.enter_async_context(open_shop(replace(settings, **changes), 0))
        port = await stack.enter_async_context(serve(shop, 0, ["127.0.0.1"]))
        yield WiredShop(shop, f"http://127.0.0.1:{port}", wires)


def _at(url: str, port: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{port}")))
