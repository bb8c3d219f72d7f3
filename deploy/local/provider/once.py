"""The same call under the same key is carried out once and answered alike for ever."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploy.local.provider.problems import Problem
from deploy.local.provider.requests import Body
from deploy.local.provider.store import Books


@dataclass(frozen=True)
class Call:
    """What a client asks for; target is the authorization it is about, or empty."""

    key: str
    operation: str
    body: Body
    target: str = ""

    @property
    def sha(self) -> str:
        """A digest that only the same call has."""
        text = json.dumps([self.operation, self.target, self.body.model_dump(exclude_unset=True)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """What was done: the answer, and what it was about."""

    status: int
    answer: dict[str, Any]
    authorization: str | None = None
    session: str | None = None


@dataclass(frozen=True)
class Answer:
    """What is sent: the status, the JSON text, and whether both are a repetition."""

    status: int
    text: str
    replayed: bool = False


def carry_out_once(books: Books, call: Call, work: Callable[[], Outcome]) -> Answer:
    """Do the work and keep its answer, or find the answer of the first time.

    Raises:
        Problem: key-reused, or what the work raises; then the key is not used up.
    """
    earlier = books.row("SELECT request_sha, status, answer FROM operations WHERE key = ?", call.key)
    if earlier and earlier["request_sha"] != call.sha:
        raise Problem("key-reused", "The Idempotency-Key belongs to a call with other contents.")
    if earlier:
        return Answer(earlier["status"], earlier["answer"], replayed=True)
    outcome = work()
    answer = Answer(outcome.status, json.dumps(outcome.answer))
    books.execute(
        "INSERT INTO operations (key, operation, request_sha, status, answer, authorization, session)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(call.key, call.operation, call.sha, answer.status, answer.text, outcome.authorization, outcome.session),
    )
    return answer
