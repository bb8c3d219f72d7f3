"""`python -m bench.bare_server --port P --answer FILE`: what a page can cost at least.

At P an asyncio protocol that sends the file for whatever comes in, at P+1 a Tornado handler with a body of 6 kB.
"""

import argparse
import asyncio
from pathlib import Path
from typing import cast

from tornado.web import Application, RequestHandler

BODY = b"<p>Soft linen, cut wide.</p>" * 215  # 6 kB


class Bare(asyncio.Protocol):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 (the request is not looked at)
        self._transport.write(self._answer)


class Plain(RequestHandler):
    def get(self) -> None:
        self.write(BODY)


async def serve(port: int, answer: bytes) -> None:
    await asyncio.get_running_loop().create_server(lambda: Bare(answer), "127.0.0.1", port)
    Application([("/", Plain)]).listen(port + 1, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.bare_server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.answer.read_bytes()))
