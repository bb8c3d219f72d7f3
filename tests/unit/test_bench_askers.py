"""The bench's clients: what they count, and when a rate would say nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

import pytest

from bench.askers import Asker, count_answers, first_answer
from bench.requests import get, post_form, post_json
from deploy.local.faults import StackFault

SECONDS = 0.1
Answer = Callable[[int], bytes]  # to the request with this number, of a server's whole life


def an_answer(status: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@asynccontextmanager
async def _server(answer: Answer) -> AsyncIterator[int]:
    """Answers on one port; an empty answer closes the connection."""
    numbers = count()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(10_000):
            sent = answer(next(numbers))
            writer.write(sent)
            if not sent:
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def _ask() -> bytes:
    return get("/")


async def test_answers_of_different_sizes_are_counted_each_once() -> None:
    sent: list[int] = []

    def answer(number: int) -> bytes:
        sent.append(number)
        return an_answer("200 OK", b"x" * (number * 37 % 5000))

    async with _server(answer) as port:
        assert await count_answers(port, _ask, SECONDS, clients=3) == len(sent) - 1  # but the first, which only looks


class Written(asyncio.Transport):
    """A connection that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.requests.append(bytes(data))


async def test_an_answer_may_come_in_two_pieces_cut_anywhere() -> None:
    whole = an_answer("200 OK", b"wool")
    for cut in range(1, len(whole)):
        asker, connection = Asker(_ask, b"HTTP/1.1 200"), Written()
        asker.connection_made(connection)

        asker.data_received(whole[:cut])
        assert (asker.answers, len(connection.requests)) == (0, 1)
        asker.data_received(whole[cut:])
        assert (asker.answers, len(connection.requests)) == (1, 2)


async def test_an_answer_without_a_body_ends_with_its_head() -> None:
    async with _server(lambda _: b"HTTP/1.1 304 Not Modified\r\nEtag: x\r\n\r\n") as port:
        assert await first_answer(port, _ask()) == b"HTTP/1.1 304 Not Modified\r\nEtag: x\r\n\r\n"
        assert await count_answers(port, _ask, SECONDS) > 0


async def test_refusals_among_the_answers_end_the_run_and_are_shown() -> None:
    async with _server(lambda number: an_answer("503 Busy" if number % 2 else "200 OK")) as port:
        with pytest.raises(StackFault, match="503 Busy"):
            await count_answers(port, _ask, SECONDS)


async def test_a_lost_connection_ends_the_run() -> None:
    async with _server(lambda number: b"" if number == 20 else an_answer("200 OK")) as port:
        with pytest.raises(StackFault, match="1 connections are lost"):
            await count_answers(port, _ask, SECONDS)


def test_requests_name_their_length_and_kind() -> None:
    assert get("/shop", "Cookie: cart=1") == (
        b"GET /shop HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nCookie: cart=1\r\n\r\n"
    )
    assert post_json("/items", {"sku": "A"}).endswith(
        b'\r\nContent-Length: 12\r\nContent-Type: application/json\r\n\r\n{"sku": "A"}'
    )
    assert post_form("/in", {"email": "a@b"}).endswith(b"\r\nSec-Fetch-Site: same-origin\r\n\r\nemail=a%40b")
