"""How long we wait for what a client sends, so that nobody holds connections by sending a byte now and then.

Tornado knows one time for idling and for the head of a request; idle connections may stay far longer.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from tornado.iostream import IOStream


@dataclass(frozen=True)
class Patience:
    head_s: float = 10  # from its first byte
    body_s: float = 20
    idle_s: float = 75  # longer than a balancer keeps its own side, which is 60 s for an ALB


PATIENCE = Patience()


class ImpatientStream(IOStream):
    """A server's stream that is closed when a head, once begun, is not there in time."""

    def __init__(self, stream: IOStream, head_s: float) -> None:
        """Take over the socket of a stream that nobody has read from yet."""
        super().__init__(stream.socket, max_buffer_size=stream.max_buffer_size, read_chunk_size=stream.read_chunk_size)
        self._head_s = head_s
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

    def _head_is_over(self, _: object) -> None:
        self._is_at_head = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
