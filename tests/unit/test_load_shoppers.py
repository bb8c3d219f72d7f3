"""The shoppers' process at a shop that shows its catalogue and then hangs up on everybody."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.local.place import CHECKOUT
from loadtests.diary import Diary

LISTED = {"products": [{"slug": "coat", "category": "coats"}], "next": None}
COAT = {"variants": [{"sku": "COAT-NAV-M", "availability": "in_stock"}]}


class _HangsUp(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if not self.path.startswith("/api/"):
            self.close_connection = True
            return
        content = json.dumps(COAT if self.path.endswith("/coat") else LISTED).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nobody reads it."""


@pytest.mark.long  # half a minute: as long as a shopper tries again
def test_a_request_that_nobody_answered_is_an_error(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _HangsUp) as shop:
        threading.Thread(target=shop.serve_forever, args=(0.01,)).start()
        url, diary = f"http://127.0.0.1:{shop.server_address[1]}", tmp_path / "diary.json"
        words = ("--host", url, "--users", "1", "--seconds", "2", "--think-s", "0.1", "0.2", "--diary", str(diary))
        command = (sys.executable, "-m", "loadtests", *words, "--kinds", "WindowShopper")
        subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, timeout=120)
        shop.shutdown()

    assert {(each["kind"], each["status"]) for each in Diary.read(diary).errors} == {("page", 0)}
