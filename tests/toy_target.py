"""A target behind the balancer that tells what reached it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Headers = dict[str, list[str]]


@dataclass
class Target:
    """Answers each GET with its name; takes POSTs and hangs up without a word.

    Attributes:
        hang_up: stop listening.
        seen: headers of all requests but the balancer's own questions, oldest first.
    """

    name: str
    port: int = 0
    is_ready: bool = True
    posts: int = 0
    hang_up: Callable[[], None] = field(init=False)
    seen: list[Headers] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split(" ", 2)
        if path == "/readyz":
            return await _answer(writer, "200 OK" if self.is_ready else "503 Service Unavailable", "")
        self.seen.append(_headers(head))
        if method == "POST":
            self.posts += 1
            return None
        return await _answer(writer, "200 OK", self.name)


def _headers(head: str) -> Headers:
    headers: Headers = {}
    for line in head.splitlines()[1:]:
        name, _, value = line.partition(": ")
        headers.setdefault(name.lower(), []).append(value)
    return headers


async def _answer(writer: asyncio.StreamWriter, status: str, body: str) -> None:
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
    await writer.drain()


@asynccontextmanager
async def open_target(name: str) -> AsyncIterator[Target]:
    target = Target(name)
    server = await asyncio.start_server(target.serve, "127.0.0.1", 0)
    target.port, target.hang_up = server.sockets[0].getsockname()[1], server.close
    async with server:
        yield target
