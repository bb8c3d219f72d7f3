"""The emulator answers questions to DynamoDB one after the other, those to SQS side by side."""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from deploy.local.emulator import OneAtATime


class Slow:
    """An application that notes how many it served at once at most."""

    def __init__(self) -> None:
        self.at_once = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        time.sleep(0.01)
        yield b"done"
        with self._lock:
            self.at_once -= 1


@pytest.mark.parametrize(
    ("target", "is_alone"), [("DynamoDB_20120810.PutItem", True), ("AmazonSQS.SendMessage", False)]
)
def test_conditional_writes_do_not_meet(target: str, is_alone: bool) -> None:
    slow = Slow()
    ask: Any = partial(OneAtATime(slow), {"HTTP_X_AMZ_TARGET": target})

    with ThreadPoolExecutor(8) as threads:
        answers = [b"".join(answer) for answer in threads.map(lambda _: list(ask(None)), range(24))]

    assert answers == [b"done"] * 24
    assert (slow.most == 1) == is_alone
