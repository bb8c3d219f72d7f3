"""A TCP link that can be cut, hung, slowed, or made to swallow answers: between the shop's processes and the others."""

import asyncio
import random
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field

CHUNK, LOOK_S = 65536, 0.05
RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: the other side gets a reset, not an orderly end


@dataclass
class Faults:
    """What is wrong with a link from now on.

    Attributes:
        is_down: connections are refused, and those that are there are cut.
        is_hung: connections are accepted and nothing passes, in either direction, not even an end.
        eaten: probability that a piece of an answer is swallowed and the connection reset: the work was done.
        late_s: how much later each piece of an answer comes.
    """

    is_down: bool = False
    is_hung: bool = False
    eaten: float = 0.0
    late_s: float = 0.0


@dataclass(eq=False)
class Wire:
    """One link, listening at `port`; made with `open_wire`."""

    upstream_port: int
    random: random.Random
    faults: Faults = field(default_factory=Faults)
    port: int = 0
    eaten: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _calls: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    def cut(self) -> None:
        """Refuse and reset everything until `heal`."""
        self.faults = Faults(is_down=True)
        self._reset_all()

    def heal(self) -> None:
        self.faults = Faults()

    async def close(self) -> None:
        if self._server:
            self._server.close()
        self.heal()
        self._reset_all()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def _reset_all(self) -> None:
        for writer in list(self._writers):
            _reset(writer)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.current_task()
        assert call is not None
        self._calls.add(call)
        self._writers.add(writer)
        try:
            await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            self._calls.discard(call)
            self._writers.discard(writer)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.faults.is_down:
            _reset(writer)
            return
        await self._until_not_hung()
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        self._writers.add(up_writer)
        try:
            ways = (self._pump(reader, up_writer), self._pump_back(up_reader, writer, up_writer))
            await asyncio.gather(*ways)
        finally:
            self._writers.discard(up_writer)
            for each in (writer, up_writer):
                each.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await self._read(reader):
            writer.write(piece)
            await writer.drain()
        _end(writer)

    async def _pump_back(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: asyncio.StreamWriter
    ) -> None:
        while piece := await self._read(reader):
            if self.faults.late_s:
                await asyncio.sleep(self.faults.late_s)
            if self.random.random() < self.faults.eaten:
                self.eaten += 1
                _reset(writer)
                _reset(upstream)
                return
            writer.write(piece)
            await writer.drain()
        _end(writer)

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        """The next piece, or b"" at the end; both only while the link is not hung."""
        try:
            piece = await reader.read(CHUNK)
        except OSError:
            piece = b""
        await self._until_not_hung()
        return piece

    async def _until_not_hung(self) -> None:
        while self.faults.is_hung:
            await asyncio.sleep(LOOK_S)


async def open_wire(upstream_port: int, seed: int = 0) -> Wire:
    """A link to a local port, without faults."""
    wire = Wire(upstream_port, random.Random(f"{seed}:{upstream_port}"))
    await wire.listen()
    return wire


def _end(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, RuntimeError):
        if writer.can_write_eof():
            writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, RuntimeError):
        connection = writer.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()
