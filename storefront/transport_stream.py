"""Tornado's stream on top of an asyncio transport: all of this shop that reaches below Tornado's public interface.

Private names: `_read_buffer_size`, `_handle_read`, `_handle_write`, `_add_io_state`; when they change,
tests/web/test_front_stream.py fails.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tornado.iostream import BaseIOStream, UnsatisfiableReadError

from storefront.client_stream import in_full

MOST_WAITING = 64 * 1024  # bytes that came in and were not asked for yet; beyond, nothing more is read


class TransportStream(BaseIOStream):
    """A connection that is read by somebody else, who feeds it and is told when it waits for a request's head."""

    def __init__(
        self,
        transport: asyncio.Transport,
        max_buffer_size: int | None,
        headers: Mapping[str, str],
        on_change: Callable[[], None],
    ) -> None:
        """Stand on a transport.

        Args:
            headers: of the answer to what is no HTTP.
            on_change: called when a head is waited for, and when waiting bytes were taken.
        """
        self.socket: Any = transport.get_extra_info("socket")  # of which Tornado reads the family
        self._transport, self._headers, self._on_change = transport, headers, on_change
        self._waiting = bytearray()
        self._is_at_head = False
        self.can_write = True
        super().__init__(max_buffer_size=max_buffer_size)

    @property
    def is_at_head(self) -> bool:
        """Whether everything that came before is answered, and a request's head is read."""
        return self._is_at_head and self.reading()

    @property
    def waits_for_head(self) -> bool:
        """Whether the next byte will be a head's first."""
        return self.is_at_head and not self._read_buffer_size and not self._waiting

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= MOST_WAITING

    def feed(self, data: bytes) -> None:
        self._waiting += data
        if self.reading():
            try:
                self._handle_read()
            except UnsatisfiableReadError as error:
                self.close(error)

    def go_on_writing(self) -> None:
        if not self.closed():
            self._handle_write()

    def read_until_regex(self, regex: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        """Tornado reads heads, and nothing else, by a pattern."""
        self._is_at_head = True
        head = super().read_until_regex(regex, max_bytes)
        self._on_change()
        return head

    def read_bytes(self, num_bytes: int, partial: bool = False) -> Awaitable[bytes]:
        self._is_at_head = False
        return super().read_bytes(num_bytes, partial)

    def read_until(self, delimiter: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        self._is_at_head = False
        return super().read_until(delimiter, max_bytes)

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        count = min(len(buf), len(self._waiting))
        if not count:
            return None
        was_full = self.is_full
        buf[:count] = self._waiting[:count]
        del self._waiting[:count]
        if was_full:
            self._on_change()
        return count

    def write(self, data: bytes | memoryview) -> "asyncio.Future[None]":
        return super().write(in_full(data, self._headers))

    def write_to_fd(self, data: memoryview) -> int:
        """Write, unless the client reads too slowly: then 0, and `go_on_writing` tries again."""
        if not self.can_write:
            return 0
        self._transport.write(bytes(data))
        return len(data)

    def close_fd(self) -> None:
        self._transport.close()

    def fileno(self) -> int:
        return -1

    def _add_io_state(self, state: int) -> None:
        """Nothing to register: the transport is read and written by asyncio."""
