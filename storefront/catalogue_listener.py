"""Hears which pages are outdated, and notices what it has missed by the catalogue's version in Redis."""

import asyncio
import logging
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from shared.catalogue_news import CHANNEL, VERSION
from shared.db import EVERYTHING
from storefront.public_pages import PublicPages

logger = logging.getLogger("storefront.pages")

LOOK_S = 0.5  # who is behind at two looks has missed something
AGAIN_S = 1.0


async def listen_to_catalogue(redis: Redis, pages: PublicPages) -> None:
    """Outdate pages as the news come in, for ever; while Redis is away, pages age by themselves."""
    while True:
        try:
            async with redis.pubsub() as channel:
                await _Listener(redis, channel, pages).listen()
        except (RedisError, OSError) as error:
            pages.go_deaf()
            logger.info("no news of the catalogue: %s", type(error).__name__)
            await asyncio.sleep(AGAIN_S)


class _Listener:
    def __init__(self, redis: Redis, channel: PubSub, pages: PublicPages) -> None:
        self._redis, self._channel, self._pages = redis, channel, pages
        self._version = 0
        self._is_behind = False

    async def listen(self) -> None:
        """Raises RedisError when the connection is lost or Redis hangs."""
        await self._channel.subscribe(CHANNEL)
        self._version = await self._told_version()
        self._pages.hear(self._version)
        loop = asyncio.get_running_loop()
        next_look = loop.time() + LOOK_S
        while True:
            message = await self._channel.get_message(
                ignore_subscribe_messages=True, timeout=max(0.0, next_look - loop.time())
            )
            if message is not None:
                self._hear(str(message["data"]))
            if loop.time() >= next_look:
                await self._look()
                next_look = loop.time() + LOOK_S

    def _hear(self, text: str) -> None:
        """Take in "VERSION NAME NAME …"; a version that does not follow means that some were missed."""
        version, *names = text.split(" ")
        is_next = version == str(self._version + 1)
        self._go_to(int(version) if version.isdigit() else self._version, names if is_next else [EVERYTHING])

    async def _look(self) -> None:
        version = await self._told_version()
        if version == self._version:
            self._is_behind = False
        elif not self._is_behind:
            self._is_behind = True  # its telling may be on the way
        else:
            self._is_behind = False
            self._go_to(version, [EVERYTHING])

    def _go_to(self, version: int, names: Iterable[str]) -> None:
        self._version = self._pages.version = version
        self._pages.make_stale(frozenset(names))

    async def _told_version(self) -> int:
        version = str(await self._redis.get(VERSION) or "")
        return int(version) if version.isdigit() else 0
