"""What Tornado leaves open about the connection of a client: how long we wait for it, and what an unreadable one hears.

Tornado knows one time for idling and for the head of a request, and idle connections may stay far longer than a head.
What it cannot parse never reaches a handler: it answers by itself, without any header.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from tornado.iostream import IOStream

BARE = b"HTTP/1.1 400 Bad Request\r\n\r\n"  # what Tornado would say


@dataclass(frozen=True)
class Patience:
    """So that nobody holds connections by sending a byte now and then."""

    head_s: float = 10  # from its first byte
    body_s: float = 20
    idle_s: float = 75  # longer than a balancer keeps its own side, which is 60 s for an ALB


PATIENCE = Patience()


class ClientStream(IOStream):
    """A server's stream that is closed when a head, once begun, is not there in time."""

    def __init__(self, stream: IOStream, head_s: float, headers: Mapping[str, str]) -> None:
        """Take over the socket of a stream that nobody has read from yet.

        Args:
            headers: of the answer to what is no HTTP.
        """
        super().__init__(stream.socket, max_buffer_size=stream.max_buffer_size, read_chunk_size=stream.read_chunk_size)
        self._head_s, self._headers = head_s, headers
        self._is_at_head = False
        self._deadline: asyncio.TimerHandle | None = None

    def read_until_regex(self, regex: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        """Tornado reads heads, and nothing else, by a pattern."""
        self._is_at_head = True
        head = asyncio.ensure_future(super().read_until_regex(regex, max_bytes))
        head.add_done_callback(self._head_is_over)
        return head

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        count = super().read_from_fd(buf)
        if count and self._is_at_head and self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(self._head_s, self.close)
        return count

    def write(self, data: bytes | memoryview) -> "asyncio.Future[None]":
        return super().write(in_full(data, self._headers))

    def _head_is_over(self, _: object) -> None:
        self._is_at_head = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def in_full(data: bytes | memoryview, headers: Mapping[str, str]) -> bytes | memoryview:
    """What Tornado writes, with headers where it would refuse something without any."""
    if data != BARE:
        return data
    own = {**headers, "X-Request-Id": secrets.token_hex(8), "Content-Length": "0", "Connection": "close"}
    lines = [BARE.partition(b"\r\n")[0].decode(), *(f"{name}: {value}" for name, value in own.items())]
    return "\r\n".join([*lines, "", ""]).encode()
