"""Kept pages, answered from the raw request head before Tornado sees it; every other request goes on to Tornado.

The decision is made for each request, so a balancer's connections may mix both. A page costs about a tenth of what the
shortest handler does. `PUBLIC_FRONT=off` listens without this.
"""

import asyncio
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from storefront.client_stream import Patience
from storefront.front_desk import FrontDesk
from storefront.request_head import HeadReader
from storefront.transport_stream import TransportStream

if TYPE_CHECKING:
    from storefront.server import Server
    from storefront.shop import Shop

LOOK_S = 1.0


class Front:
    """The listening side: its connections, how long they may be silent, and how all of it ends."""

    def __init__(self, shop: "Shop", server: "Server", patience: Patience) -> None:
        self.server = server
        self.desk = FrontDesk(shop)
        self.connections: set[FrontConnection] = set()
        self._patience = patience
        self._listeners: list[asyncio.Server] = []
        self._looking: asyncio.Task[None] | None = None

    async def listen(self, sockets: Sequence[socket.socket]) -> None:
        loop = asyncio.get_running_loop()
        for one in sockets:
            self._listeners.append(await loop.create_server(lambda: FrontConnection(self), sock=one))
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_around())

    def stop(self) -> None:
        """Listen no more; connections stay."""
        for listener in self._listeners:
            listener.close()

    def close(self) -> None:
        """End whatever connections there are."""
        if self._looking is not None:
            self._looking.cancel()
        self.desk.tell_hits()
        for connection in list(self.connections):
            connection.close()

    async def _look_around(self) -> None:
        """Close silent connections, and tell what was answered here."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_S)
            self.desk.tell_hits()
            for connection in list(self.connections):
                if connection.is_silent(loop.time(), self._patience):
                    connection.abort()


class FrontConnection(asyncio.Protocol):
    """One connection. Bytes are handed on as they come; only what a slow reader has not taken yet is held here."""

    def __init__(self, front: Front) -> None:
        self._front, self._desk = front, front.desk
        self._stream: TransportStream | None = None
        self._heads = HeadReader()
        self._held = b""
        self._can_write = True
        self._loop = asyncio.get_running_loop()
        self._turn_since = self._loop.time()  # when the client's turn began, or its head

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._peer: Any = transport.get_extra_info("peername") or ("",)
        self._visitor = self._desk.visitor(str(self._peer[0]))
        self._front.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._front.connections.discard(self)
        if self._stream is not None:
            self._stream.close(exc or False)

    def pause_writing(self) -> None:
        self._can_write = False
        if self._stream is not None:
            self._stream.can_write = False
        self._regulate()

    def resume_writing(self) -> None:
        self._can_write = True
        if self._stream is not None:
            self._stream.can_write = True
            self._stream.go_on_writing()
        held, self._held = self._held, b""
        if held:
            self.data_received(held)
        self._regulate()

    def data_received(self, data: bytes) -> None:
        if self._stream is None or self._stream.waits_for_head:
            data = self._answer(data)
            if not self._can_write:
                self._held, data = data, b""
            self._turn_since = self._loop.time()
        if data:
            self._hand_on(data)
            self._regulate()

    def is_silent(self, now: float, patience: Patience) -> bool:
        """Whether it is the client's turn, and has been for too long."""
        if self._stream is None or self._stream.waits_for_head or not self._transport.is_reading():
            return now > self._turn_since + patience.idle_s
        return self._stream.is_at_head and now > self._turn_since + patience.head_s

    def close(self) -> None:
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def _answer(self, data: bytes) -> bytes:
        """Answer what can be, and return the rest."""
        while data and self._can_write:
            head = self._heads.read(data)
            answer = self._desk.answer(head, self._visitor) if head else None
            if head and answer:
                size = head.size
            elif refused := self._desk.turn_away(data, self._visitor):
                answer, size = refused
            else:
                break
            self._transport.write(answer)
            data = data[size:]
        return data

    def _hand_on(self, data: bytes) -> None:
        server = self._front.server
        if self._stream is None:
            self._stream = TransportStream(self._transport, server.max_buffer_size, server.headers, self._changed)
            self._stream.can_write = self._can_write
            server.handle_stream(cast(Any, self._stream), self._peer)
        self._stream.feed(data)

    def _changed(self) -> None:
        self._turn_since = self._loop.time()
        self._regulate()

    def _regulate(self) -> None:
        """Read on only while whatever is read has somewhere to go."""
        is_full = self._stream is not None and self._stream.is_full
        if self._can_write and not is_full:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()
