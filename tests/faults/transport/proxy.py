"""Stands between a worker and the SQS emulator, and does to chosen operations what networks and services do."""

import socket
import struct
import threading
from collections import Counter
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Fault = int | Literal["reset", "silence", "garbage"]
ANSWER = b'{"__type": "com.amazonaws.sqs#AccessDenied", "message": "injected"}'


class FaultProxy:
    """Forwards every request but those of an operation with a fault.

    Attributes:
        faults: operation -> HTTP status, or what else happens to its requests from now on.
        arrived, spoilt: operation -> requests that came, and those that met a fault.
    """

    def __init__(self, upstream_port: int) -> None:
        self.upstream_port = upstream_port
        self.faults: dict[str, Fault] = {}
        self.arrived: Counter[str] = Counter()
        self.spoilt: Counter[str] = Counter()
        self.ended = threading.Event()
        self._server = _Server(self)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, proxy: FaultProxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """A worker that was killed leaves its connections; that is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers.get("X-Amz-Target", "").split(".")[-1]
        proxy = self.server.proxy
        fault = proxy.faults.get(operation)
        proxy.arrived[operation] += 1
        if fault is None:
            self._forward(body)
            return
        self._spoil(fault)
        proxy.spoilt[operation] += 1
        if fault == "silence":
            proxy.ended.wait()  # the connection stays up, as when a firewall has forgotten it

    def _forward(self, body: bytes) -> None:
        upstream = HTTPConnection("127.0.0.1", self.server.proxy.upstream_port, timeout=30)
        try:
            upstream.request("POST", self.path, body, dict(self.headers))
            answer = upstream.getresponse()
            self._answer(answer.status, answer.read())
        finally:
            upstream.close()

    def _spoil(self, fault: Fault) -> None:
        if fault == "garbage":
            self._answer(200, b"<html>")
        elif isinstance(fault, int):
            self._answer(fault, ANSWER)
        else:
            self.close_connection = True
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
