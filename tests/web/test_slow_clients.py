"""Whoever sends a byte now and then holds no connection: head and body have to arrive in time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio

from storefront.client_stream import Patience
from storefront.server import serve
from storefront.shop import Shop
from tests.waiting import PATIENCE_S, until

HEAD = b"POST /cart/items HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 9\r\n"
GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
DRIP_S, CHUNK = 0.02, 65536
FAR_S = 2 * PATIENCE_S  # more than a test waits


async def _port(shop: Shop, patience: Patience) -> AsyncIterator[int]:
    async with serve(shop, 0, ["127.0.0.1"], patience) as port:
        yield port


@pytest_asyncio.fixture
async def short_of_heads(shop: Shop) -> AsyncIterator[int]:
    async for port in _port(shop, Patience(head_s=0.3, body_s=FAR_S, idle_s=FAR_S)):
        yield port


@pytest_asyncio.fixture
async def short_of_bodies(shop: Shop) -> AsyncIterator[int]:
    async for port in _port(shop, Patience(head_s=FAR_S, body_s=0.3, idle_s=FAR_S)):
        yield port


async def _drip(port: int, begun: bytes, drop: bytes) -> bytes:
    """Send something at once, then a drop at a time until the other side hangs up; what it said is returned."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)
    said = asyncio.create_task(_all_of(reader))
    async with asyncio.timeout(PATIENCE_S):
        while not said.done():
            writer.write(drop)
            await asyncio.wait([said], timeout=DRIP_S)
    writer.close()
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)
    return said.result()


async def _all_of(reader: asyncio.StreamReader) -> bytes:
    """What was said before the other side hung up, be it in order or, as there was a drop unread, by a reset."""
    said = b""
    with suppress(ConnectionError):
        while piece := await reader.read(CHUNK):
            said += piece
    return said


@pytest.mark.parametrize("begun", [b"G", HEAD, GET + HEAD], ids=["a letter", "most of it", "of the second request"])
async def test_a_head_that_drips_in_is_not_waited_for(short_of_heads: int, begun: bytes) -> None:
    said = await _drip(short_of_heads, begun, b"X")

    assert said.count(b"HTTP/1.1") == said.count(b"HTTP/1.1 200") == (1 if begun.startswith(GET) else 0)


async def test_a_body_that_drips_in_is_not_waited_for(short_of_bodies: int, shop: Shop) -> None:
    assert await _drip(short_of_bodies, HEAD.replace(b" 9", b" 60000") + b"\r\n", b"x") == b""
    await until(lambda: _is_idle(shop))


async def _is_idle(shop: Shop) -> bool:
    return len(shop.readiness.running) == 0


async def test_a_connection_may_idle_between_its_requests(short_of_heads: int) -> None:
    """The time of a head counts from its first byte: a second drip ends, and this one has been there for longer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", short_of_heads)
    writer.write(GET)
    first = await reader.readuntil(b"alive\n")
    await _drip(short_of_heads, b"G", b"X")

    writer.write(GET)

    assert first.startswith(b"HTTP/1.1 200")
    assert (await reader.readuntil(b"alive\n")).startswith(b"HTTP/1.1 200")
    writer.close()
