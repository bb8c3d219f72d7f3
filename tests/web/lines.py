"""Connections that are spoken to byte by byte, at a shop with some pages."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from storefront.handlers.texts import TEXTS
from storefront.shop import Shop
from tests.waiting import PATIENCE_S

SKU, PATH = "WC14-NAV-M", "/products/wc14-nav-m"
PAGES = ("/", "/shop", "/shop?category=outerwear&size=M", PATH, f"{PATH}?colour=navy", *(f"/{name}" for name in TEXTS))
HOST = b"Host: localhost\r\n"
GET = f"GET {PATH} HTTP/1.1\r\n".encode() + HOST


@dataclass
class Line:
    """A connection that is spoken to byte by byte."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, *, has_body: bool = True) -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers, body."""
        async with asyncio.timeout(PATIENCE_S):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            length = int(headers.get("Content-Length", 0)) if has_body else 0
            return int(first.split()[1]), headers, await self.reader.readexactly(length)

    async def is_over(self) -> bool:
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.read() == b""


Dial = Callable[[], Awaitable[Line]]


async def dial_port(port: int) -> Line:
    return Line(*await asyncio.open_connection("127.0.0.1", port))


def answered_here(shop: Shop) -> float:
    """How many requests the front has answered: those that are counted without a duration."""
    text = shop.metrics.text().decode()
    counted = [float(n) for n in re.findall(r"^http_requests_total\{.*?\} (\S+)$", text, re.MULTILINE)]
    timed = [float(n) for n in re.findall(r"^http_request_duration_seconds_count\{.*?\} (\S+)$", text, re.MULTILINE)]
    return sum(counted) - sum(timed)
