"""Clients that ask one after another over connections that stay open, as cheaply as Python can."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import cast

CLIENTS = 16
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)

Ask = Callable[[], bytes]  # the next request


class _Asker(asyncio.Protocol):
    def __init__(self, ask: Ask, size: int) -> None:
        self._ask, self._size = ask, size
        self._read = 0
        self.answers = 0
        self.is_over = False
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._ask())

    def data_received(self, data: bytes) -> None:
        self._read += len(data)
        if self._read < self._size:
            return
        assert self._read == self._size, "an answer has another size"
        self._read = 0
        self.answers += 1
        if self.is_over:
            self._transport.close()
        else:
            self._transport.write(self._ask())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.lost.set_result(None)


async def first_answer(port: int, request: bytes) -> bytes:
    """The whole answer to one request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    writer.close()
    await writer.wait_closed()
    return head + body


async def count_answers(port: int, ask: Ask, seconds: float) -> int:
    """How many requests were answered in so many seconds; all answers have the size of the first."""
    size = len(await first_answer(port, ask()))
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: _Asker(ask, size), "127.0.0.1", port) for _ in range(CLIENTS)]
    askers: Sequence[_Asker] = [asker for _, asker in made]
    await asyncio.sleep(seconds)
    for asker in askers:
        asker.is_over = True
    await asyncio.gather(*(asker.lost for asker in askers))
    return sum(asker.answers for asker in askers)
