"""Clients that ask one after another over connections that stay open, as cheaply as Python can."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import cast

from deploy.local.faults import StackFault

CLIENTS = 16
STATUS = len(b"HTTP/1.1 200")
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)

Ask = Callable[[], bytes]  # the next request


class Asker(asyncio.Protocol):
    def __init__(self, ask: Ask, status: bytes) -> None:
        self._ask, self._status = ask, status
        self._read = b""
        self._size = 0
        self.answers = 0
        self.is_over = False
        self.other = b""  # the last answer of another status
        self.others = 0
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._ask())

    def data_received(self, data: bytes) -> None:
        self._read = self._read + data if self._read else data
        if not self._size:
            self._size = _size_of(self._read)
        if not self._size or len(self._read) < self._size:
            return
        if self._read.startswith(self._status):
            self.answers += 1
        else:
            self.other, self.others = self._read, self.others + 1
        self._read, self._size = b"", 0
        if self.is_over:
            self._transport.close()
        else:
            self._transport.write(self._ask())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.lost.set_result(None)


def _size_of(read: bytes) -> int:
    """How long this answer will be, head and body; 0 while the head is not all there."""
    end = read.find(HEAD_END)
    if end < 0:
        return 0
    length = LENGTH.search(read, 0, end + 2)
    return end + len(HEAD_END) + (int(length[1]) if length else 0)


async def first_answer(port: int, request: bytes) -> bytes:
    """The whole answer to one request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(HEAD_END)
    body = await reader.readexactly(_size_of(head) - len(head))
    writer.close()
    await writer.wait_closed()
    return head + body


async def count_answers(port: int, ask: Ask, seconds: float, clients: int = CLIENTS) -> int:
    """How many requests were answered in so many seconds, with the status of the first answer.

    Raises:
        StackFault: more than one in a hundred has another status, or a connection was lost; the rate says nothing then.
    """
    status = (await first_answer(port, ask()))[:STATUS]
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: Asker(ask, status), "127.0.0.1", port) for _ in range(clients)]
    askers: Sequence[Asker] = [asker for _, asker in made]
    await asyncio.sleep(seconds)
    lost = sum(asker.lost.done() for asker in askers)
    for asker in askers:
        asker.is_over = True
    await asyncio.gather(*(asker.lost for asker in askers))
    answers, others = sum(asker.answers for asker in askers), sum(asker.others for asker in askers)
    if lost or 100 * others > answers:
        such = next((asker.other for asker in askers if asker.other), b"")
        raise StackFault(f"of {answers} answers {others} are others, {lost} connections are lost: {such[:300]!r}")
    return answers
