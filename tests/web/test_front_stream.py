"""The front below Tornado as a connection: slow readers, silence, and what it uses of Tornado."""

import asyncio

import pytest
from tornado.iostream import BaseIOStream

from storefront.client_stream import Patience
from storefront.server import serve
from storefront.shop import Shop
from storefront.transport_stream import MOST_WAITING, TransportStream
from tests.waiting import until
from tests.web.lines import GET, HOST, Dial, answered_here, dial_port


async def test_whoever_reads_slowly_is_answered_no_faster(dial: Dial, shop: Shop) -> None:
    """40 MB of answers are asked for before the first is read; only what fits into buffers is made."""
    line, before = await dial(), answered_here(shop)
    asking = asyncio.create_task(line.say((GET + b"\r\n") * 6000))

    async def has_stopped() -> bool:
        answered = answered_here(shop)
        await asyncio.sleep(0.1)
        return answered_here(shop) == answered

    await until(has_stopped)
    made_early = answered_here(shop) - before
    answers = [await line.answer() for _ in range(6000)]
    await asking

    assert made_early < 2000
    assert {status for status, _, _ in answers} == {200}


async def test_tornado_waits_for_whoever_reads_slowly(dial: Dial, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asset = shop.assets.url("fonts/instrument-sans-latin.woff2").encode()
    line, many = await dial(), 400
    asking = asyncio.create_task(line.say((b"GET " + asset + b" HTTP/1.1\r\n" + HOST + b"\r\n") * many))
    await asyncio.sleep(0)

    answers = [await line.answer() for _ in range(many)]
    await asking

    assert {(status, len(body)) for status, _, body in answers} == {(200, len(answers[0][2]))}
    assert len(answers[0][2]) > 10_000


async def test_a_silent_connection_ends_and_a_used_one_stays(
    dial: Dial, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storefront.front.LOOK_S", 0.02)
    async with serve(shop, 0, ["127.0.0.1"], Patience(head_s=0.2, idle_s=2)) as port:
        silent, begun, served, used = [await dial_port(port) for _ in range(4)]
        await begun.say(b"GET / HT")
        await served.say(b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n")
        await served.answer()
        endings = asyncio.gather(silent.is_over(), begun.is_over(), served.is_over())
        while not endings.done():
            await used.say(GET + b"\r\n")
            assert (await used.answer())[0] == 200
            await asyncio.wait([endings], timeout=0.05)

        assert all(await endings)
        await used.say(b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (await used.answer())[0] == 200
        for line in (silent, begun, served, used):
            line.writer.close()


async def test_what_the_stream_uses_of_tornado_is_there() -> None:
    """Private names of tornado.iostream: when this fails, read storefront/transport_stream.py again."""
    for name in ("_handle_read", "_handle_write", "_add_io_state"):
        assert callable(getattr(BaseIOStream, name)), name
    assert BaseIOStream()._read_buffer_size == 0


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = False

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written += data

    def close(self) -> None:
        self.is_closed = True


async def test_the_stream_reads_writes_waits_and_closes_as_tornado_expects() -> None:
    changes: list[str] = []
    wire = Wire()
    stream = TransportStream(wire, 2**20, {}, lambda: changes.append("turn"))

    head = asyncio.ensure_future(stream.read_until_regex(b"\r?\n\r?\n", max_bytes=65536))
    waits = stream.waits_for_head
    stream.feed(b"GET / HTTP/1.1\r\n")
    begun = (stream.is_at_head, stream.waits_for_head)
    stream.feed(b"\r\nbody")
    assert await head == b"GET / HTTP/1.1\r\n\r\n"
    assert waits
    assert begun == (True, False)
    assert not stream.is_at_head
    assert await stream.read_bytes(100, partial=True) == b"body"

    stream.can_write = False
    written = asyncio.ensure_future(stream.write(b"answer"))
    assert (wire.written, written.done()) == (b"", False)
    stream.can_write = True
    stream.go_on_writing()
    await written
    assert wire.written == b"answer"

    stream.feed(b"x" * MOST_WAITING)
    assert stream.is_full
    assert len(await stream.read_bytes(10)) == 10
    assert (stream.is_full, changes) == (False, ["turn", "turn"])
    stream.close()
    assert wire.is_closed


async def test_a_head_that_is_too_long_ends_the_connection(dial: Dial) -> None:
    line = await dial()

    await line.say(GET + b"X-Long: " + b"x" * 70_000)

    assert await line.is_over()
