"""Asking a shop about a load run: page by page, and each refusal in one sentence."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from loadtests.run_record import Away, CannotLook, Runs

PAGE = "/api/v1/test-runs/run-1?limit=200"
NO_AUDIT = {"audit": None, "stock": None}


class StandIn(HTTPServer):
    """Answers what it was told to, by path, and remembers who asked how."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[tuple[str, str, str]] = []

    @property
    def runs(self) -> Runs:
        return Runs(f"http://127.0.0.1:{self.server_address[1]}", "run-1", "v1.token")


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.server.asked.append((self.path, self.headers["X-Test-Run"], self.rfile.read(length).decode()))
        status, document = self.server.answers.get(self.path, (500, {}))
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nobody reads it."""


@pytest.fixture
def shop() -> Iterator[StandIn]:
    with StandIn() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_run_is_read_to_its_last_page(shop: StandIn) -> None:
    row = {"sku": "A", "pool": 5, "sold": 1, "left": 4}
    gap = {"kind": "no_invoice", "order": "N1", "detail": "paid"}
    first = {
        "orders": [{"number": "N1"}],
        "next": "7",
        "stock": [row],
        "audit": {"checked": {"orders": 2}, "gaps": [gap]},
    }
    shop.answers = {
        f"{PAGE}&audit=1": (200, first),
        f"{PAGE}&cursor=7": (200, {"orders": [{"number": "N2"}], "next": None, **NO_AUDIT}),
    }

    record = shop.runs.read(with_audit=True)

    assert ([order["number"] for order in record.orders], record.stock, record.gaps) == (["N1", "N2"], [row], [gap])
    assert record.audited == 2
    assert [(path, token) for path, token, _ in shop.asked] == [(path, "v1.token") for path in shop.answers]


def test_a_run_is_opened_with_its_stock_and_ended(shop: StandIn) -> None:
    shop.answers = {"/api/v1/test-runs": (201, {}), "/api/v1/test-runs/run-1/end": (200, {})}

    shop.runs.open({"default": 1000, "A": 50})
    shop.runs.end()

    assert [(path, json.loads(body)) for path, _, body in shop.asked] == [
        ("/api/v1/test-runs", {"run": "run-1", "stock": {"default": 1000, "A": 50}}),
        ("/api/v1/test-runs/run-1/end", {}),
    ]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (404, "takes no load runs: LOAD_RUN_SECRET is not set there"),
        (403, "does not know this token: LOAD_RUN_SECRET is another one there, or its time is over"),
        (409, "each run needs a name of its own"),
        (418, "answered 418 about the run run-1"),
    ],
)
def test_a_refusal_is_one_sentence(shop: StandIn, status: int, sentence: str) -> None:
    shop.answers = {"/api/v1/test-runs": (status, {})}

    with pytest.raises(CannotLook, match=sentence) as refused:
        shop.runs.open({})

    assert not isinstance(refused.value, Away)


def test_a_shop_that_is_away_may_be_asked_again(shop: StandIn) -> None:
    with pytest.raises(Away, match="answered 500"):
        shop.runs.open({})
    with pytest.raises(Away, match=r"does not answer: .*Connection refused"):
        Runs("http://127.0.0.1:1", "run-1", "v1.token").read()
