"""The wire to SES: an HTTP server that hands requests on to the emulator, keeps them, and can lose the answers."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler


@dataclass
class Wire:
    """What passed, and what happens next.

    Attributes:
        requests: the JSON of each mail that was asked for.
        lost: how many answers are still to be lost, after the emulator took the mail.
        answer: status and error code to give instead of handing on.
    """

    emulator: str
    endpoint: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    taken: int = 0
    lost: int = 0
    answer: tuple[int, str] | None = None

    @property
    def tags(self) -> list[str]:
        return [request["EmailTags"][0]["Value"] for request in self.requests]

    @property
    def raw(self) -> bytes:
        """The last mail's bytes."""
        return base64.b64decode(self.requests[-1]["Content"]["Raw"]["Data"])


class _Handler(RequestHandler):
    def initialize(self, wire: Wire) -> None:
        self.wire = wire

    async def post(self, path: str) -> None:
        wire = self.wire
        wire.requests.append(json.loads(self.request.body))
        if wire.answer:
            status, code = wire.answer
            self.set_status(status)
            self.set_header("x-amzn-ErrorType", code)
            self.write({"message": "not to jana@example.com"})
            return
        headers = {"Authorization": self.request.headers["Authorization"], "Content-Type": "application/json"}
        given = await AsyncHTTPClient().fetch(
            f"{wire.emulator}/{path}", method="POST", body=self.request.body, headers=headers, raise_error=False
        )
        wire.taken += given.code == HTTPStatus.OK
        if wire.lost:
            wire.lost -= 1
            self.detach().close()
            return
        self.set_status(given.code)
        self.set_header("x-amzn-ErrorType", given.headers.get("x-amzn-ErrorType", ""))
        self.write(given.body)


@asynccontextmanager
async def wire_to(emulator: str) -> AsyncIterator[Wire]:
    wire = Wire(emulator)
    listener, port = bind_unused_port()
    server = HTTPServer(Application([("/(.*)", _Handler, {"wire": wire})], log_function=lambda _: None))
    server.add_socket(listener)
    wire.endpoint = f"http://127.0.0.1:{port}"
    yield wire
    server.stop()
    await server.close_all_connections()
