"""Somebody with a browser: asks, waits as people do, and writes down how each answer was."""

import random
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

import gevent
from locust import task
from locust.contrib.fasthttp import FastHttpUser

from loadtests.trip import Trip

NO_ANSWER = 0
AGAIN = frozenset({NO_ANSWER, 502, 503, 504})  # whether it was done is not known; the same may be sent again
AGAIN_S, PATIENCE_S = 0.5, 30
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}

_numbers = count()


@dataclass(frozen=True)
class Answer:
    """status: NO_ANSWER if there was none; times by the clock that never jumps."""

    status: int
    document: Any
    asked_s: float
    answered_s: float

    @property
    def pieces(self) -> dict[str, int]:
        """Pieces by SKU of the cart that was answered."""
        return {line["sku"]: line["quantity"] for line in self.document["lines"]}

    @property
    def problem(self) -> str:
        kind = self.document.get("type", "") if isinstance(self.document, dict) else ""
        return str(kind).removeprefix("/problems/")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A request. body: text as it is, anything else as JSON; whatever is not among the good statuses is an error."""

    kind: str
    path: str
    method: str = "GET"
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    good: tuple[int, ...] = (200,)


class Visitor(FastHttpUser):
    abstract = True
    concurrency = 10
    connection_timeout = network_timeout = 15.0

    def __init__(self, environment: Any) -> None:
        self.trip: Trip = environment.trip
        self.host = self.trip.host
        super().__init__(environment)
        self.client.client.redirect_response_codes = frozenset()  # type: ignore[misc]  # a redirect is an answer like others
        self.chance = random.Random(f"{self.trip.seed}:{next(_numbers)}")  # noqa: S311 (chance, not a secret)

    @task
    def visit(self) -> None:
        """Locust's way in; each kind of shopper has one journey, which begins anew when it ends."""
        self.journey()

    def journey(self) -> None:
        raise NotImplementedError

    def wait_time(self) -> float:
        return self.chance.uniform(*self.trip.think_s)

    def think(self) -> None:
        """What a person does between two clicks; whoever is sent home now goes."""
        self.wait()  # type: ignore[no-untyped-call]

    def come_as_new(self) -> None:
        """Another person, or another browser: no cookie is left."""
        self.client.cookiejar.clear()

    def see(self, kind: str, path: str, *, good: tuple[int, ...] = (200,)) -> Answer:
        """Look at a page, again if nobody answered."""
        return self.until_answered(Question(kind=kind, path=path, good=good))[1]

    def submit(self, kind: str, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form as our own pages do, again if nobody answered; a redirect is the good answer."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", **SAME_SITE}
        return self.until_answered(
            Question(kind=kind, method="POST", path=path, body=urlencode(fields), headers=headers, good=(303,))
        )[1]

    def until_answered(self, question: Question) -> tuple[Answer, Answer]:
        """The first answer and the last, which counts; sent again for half a minute at most."""
        first = last = self.ask(question)
        deadline = time.monotonic() + PATIENCE_S
        while last.status in AGAIN and time.monotonic() < deadline:
            gevent.sleep(AGAIN_S)
            last = self.ask(question)
        return first, last

    def ask(self, question: Question) -> Answer:
        """Ask once."""
        headers = {**self.trip.headers, **question.headers}
        content = {"data": question.body} if isinstance(question.body, str) else {"json": question.body}
        asked_s = time.monotonic()
        with self.client.request(
            question.method, question.path, name=question.kind, headers=headers, catch_response=True, **content
        ) as response:
            answered_s = time.monotonic()
            is_good = response.status_code in question.good
            if is_good:
                response.success()
            else:
                response.failure(f"{response.status_code} {question.path}")
            answer = Answer(response.status_code, _document(response), asked_s, answered_s)
        self._note(question, answer, is_good=is_good)
        return answer

    def _note(self, question: Question, answer: Answer, *, is_good: bool) -> None:
        diary, at_s = self.trip.diary, self.trip.now_s()
        took_s = answer.answered_s - answer.asked_s
        diary.timeline.note(question.kind, at_s, took_s, is_error=not is_good)
        if not is_good:
            diary.note_error(question.kind, at_s, answer.status, question.path)


def new_key() -> str:
    """For an operation, an order or an e-mail address that nobody else has."""
    return secrets.token_hex(8)


def _document(response: Any) -> Any:
    if "json" not in ((response.headers or {}).get("Content-Type") or ""):  # no headers: nobody answered
        return None
    try:
        return response.json()
    except ValueError:
        return None
