"""Stands between the shop and the SQS emulator, and does what SQS may do: it doubles, forgets deletes, shuffles."""

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus

from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.web import Application, RequestHandler

ANSWER_S = 40  # longer than any long poll
CONNECTIONS = 200
NO_ANSWER = 599  # Tornado's client says so
KEPT_BACK = {"connection", "content-length", "transfer-encoding", "accept-encoding", "host"}
JSON = "application/x-amz-json-1.0"


@dataclass
class QueueFaults:
    """copies: of each message sent; doubled, undeleted: probabilities; is_away: every request gets 503."""

    copies: int = 1
    doubled: float = 0.0
    undeleted: float = 0.0
    is_shuffled: bool = False
    is_away: bool = False


@dataclass
class QueueWire:
    """What came through is counted by operation; what was done to it under `spoilt`."""

    upstream_port: int
    random: random.Random
    faults: QueueFaults = field(default_factory=QueueFaults)
    arrived: Counter[str] = field(default_factory=Counter)
    spoilt: Counter[str] = field(default_factory=Counter)
    port: int = 0
    _server: HTTPServer | None = None
    _client: SimpleAsyncHTTPClient | None = None

    def heal(self) -> None:
        self.faults = QueueFaults()

    async def listen(self) -> None:
        sockets = bind_sockets(0, "127.0.0.1")
        self.port = int(sockets[0].getsockname()[1])
        self._client = SimpleAsyncHTTPClient(force_instance=True, max_clients=CONNECTIONS)
        self._server = HTTPServer(Application([("/.*", _Handler, {"wire": self})], log_function=lambda _: None))
        self._server.add_sockets(sockets)

    async def close(self) -> None:
        if self._server and self._client:
            self._server.stop()
            await self._server.close_all_connections()
            self._client.close()

    async def pass_on(self, operation: str, request: HTTPRequest) -> HTTPResponse:
        """Hand a request on as often as the faults say; the last answer counts."""
        assert self._client is not None
        copies = self._copies() if operation.startswith("SendMessage") else 1
        self.spoilt["doubled"] += copies - 1
        answers = await asyncio.gather(*(self._client.fetch(request, raise_error=False) for _ in range(copies)))
        return answers[-1]

    def _copies(self) -> int:
        return self.faults.copies + (self.random.random() < self.faults.doubled)

    def forgets(self, operation: str) -> bool:
        is_lost = operation == "DeleteMessage" and self.random.random() < self.faults.undeleted
        self.spoilt["undeleted"] += is_lost
        return is_lost


class _Handler(RequestHandler):
    def initialize(self, wire: QueueWire) -> None:
        self.wire = wire

    async def post(self) -> None:
        operation = self.request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        self.wire.arrived[operation] += 1
        self.set_header("Content-Type", JSON)
        if self.wire.faults.is_away:
            self.wire.spoilt["refused"] += 1
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
        elif self.wire.forgets(operation):
            self.write("{}")
        else:
            await self._pass_on(operation)

    async def _pass_on(self, operation: str) -> None:
        try:
            answer = await self.wire.pass_on(operation, self._onward())
        except (HTTPClientError, OSError):
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self.set_status(answer.code if answer.code < NO_ANSWER else HTTPStatus.SERVICE_UNAVAILABLE)
        self.write(self._shuffled(answer.body) if operation == "ReceiveMessage" else answer.body or b"")

    def _onward(self) -> HTTPRequest:
        headers = {name: value for name, value in self.request.headers.get_all() if name.lower() not in KEPT_BACK}
        url = f"http://127.0.0.1:{self.wire.upstream_port}{self.request.uri}"
        return HTTPRequest(url, "POST", headers, self.request.body, request_timeout=ANSWER_S, connect_timeout=2)

    def _shuffled(self, body: bytes) -> bytes:
        if not self.wire.faults.is_shuffled or not body:
            return body
        full = json.loads(body)
        self.wire.random.shuffle(full.get("Messages", []))
        return json.dumps(full).encode()


async def open_queue_wire(upstream_port: int, seed: int = 0) -> QueueWire:
    wire = QueueWire(upstream_port, random.Random(f"queues:{seed}"))
    await wire.listen()
    return wire
