"""Callbacks: what happened, told to the merchant again and again until it was heard."""

import asyncio
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from deploy.local.provider.authorizations import now
from deploy.local.provider.store import Books, Store

MAX_WAITING = 10_000  # a merchant that is away for long must not fill the disk
AT_ONCE = 20
CONNECT_S = 2
ANSWER_S = 5
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30
IDLE_S = 60
log = logging.getLogger("provider.callbacks")
chance = secrets.SystemRandom()


@dataclass(frozen=True)
class Receiver:
    """Where callbacks go, what they are signed with, and for how long each is tried."""

    url: str
    secret: str
    window_s: float


def tell(books: Books, kind: str, row: Mapping[str, Any], **about: object) -> None:
    """Queue an event about an authorization, within the transaction that made it happen.

    Args:
        row: the authorization.
        about: members of `data` that differ from the row's: key, amount_cents, session_status.
    """
    waiting = books.row("SELECT count(*) AS n FROM callbacks")
    if books.muted or (waiting and waiting["n"] >= MAX_WAITING):
        log.warning("callback %s is not sent: %s", kind, "muted" if books.muted else "too many wait")
        return
    names = ("order_number", "key", "session", "amount_cents", "currency", "status")
    data = {name: row[name] for name in names} | {"authorization": row["id"], "session_status": None} | about
    event = {"id": f"evt_{secrets.token_hex(12)}", "type": kind, "created": now(), "data": data}
    books.execute(
        "INSERT INTO callbacks (id, body, tries, next_at, created_at) VALUES (?, ?, 0, ?, ?)",
        *(event["id"], json.dumps(event), time.time(), time.time()),
    )


def signature(secret: str, body: str, at: int) -> str:
    """The Payment-Signature header for a body that is sent at a UNIX time."""
    digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def wait_s(tries: int) -> float:
    """How long to wait after so many tries in vain: doubling, with jitter, so that many do not come at once."""
    longest_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(tries, 10))
    return chance.uniform(longest_s / 2, longest_s)


def due(books: Books, at: float) -> list[dict[str, Any]]:
    """The events whose time has come, longest waiting first."""
    return books.rows("SELECT * FROM callbacks WHERE next_at <= ? ORDER BY next_at LIMIT ?", at, AT_ONCE)


def next_due_at(books: Books) -> float | None:
    """When the next event is due, or None if none waits."""
    row = books.row("SELECT min(next_at) AS at FROM callbacks")
    return row["at"] if row else None


def forget(books: Books, event_id: str) -> None:
    """Take an event off the queue."""
    books.execute("DELETE FROM callbacks WHERE id = ?", event_id)


def put_off(books: Books, event_id: str, next_at: float) -> None:
    """Count a try in vain and name the time of the next."""
    books.execute("UPDATE callbacks SET tries = tries + 1, next_at = ? WHERE id = ?", next_at, event_id)


class Sender:
    """Sends what is queued."""

    def __init__(self, store: Store, receiver: Receiver) -> None:
        self._store = store
        self._receiver = receiver
        self._news = asyncio.Event()
        self.busy = asyncio.Lock()  # held while callbacks are on their way
        self._client = AsyncHTTPClient(max_clients=AT_ONCE)

    def wake(self) -> None:
        """Say that something may have been queued."""
        self._news.set()

    async def run(self) -> None:
        """Send for ever."""
        while True:
            self._news.clear()
            async with self.busy:
                events = await self._store.transact(due, time.time())
                await asyncio.gather(*(self._send(event) for event in events))
            if not events:
                await self._rest()

    async def _rest(self) -> None:
        next_at = await self._store.transact(next_due_at)
        rest_s = IDLE_S if next_at is None else max(0.0, next_at - time.time())
        try:
            await asyncio.wait_for(self._news.wait(), rest_s)
        except TimeoutError:
            return

    async def _send(self, event: dict[str, Any]) -> None:
        if await self._is_heard(event):
            await self._store.transact(forget, event["id"])
        elif time.time() - event["created_at"] > self._receiver.window_s:
            log.warning("callback %s given up after %d tries", event["id"], event["tries"] + 1)
            await self._store.transact(forget, event["id"])
        else:
            await self._store.transact(put_off, event["id"], time.time() + wait_s(event["tries"]))

    async def _is_heard(self, event: dict[str, Any]) -> bool:
        stamp = signature(self._receiver.secret, event["body"], int(time.time()))
        headers = {"Content-Type": "application/json", "Payment-Signature": stamp}
        request = HTTPRequest(
            self._receiver.url,
            *("POST", headers, event["body"]),
            connect_timeout=CONNECT_S,
            request_timeout=ANSWER_S,
            follow_redirects=False,
        )
        try:
            status = (await self._client.fetch(request, raise_error=False)).code
        except (OSError, HTTPClientError) as error:  # not heard at all, too late, or cut off in mid-answer
            log.info("callback %s try %d: %s", event["id"], event["tries"] + 1, type(error).__name__)
            return False
        log.info("callback %s try %d: %d", event["id"], event["tries"] + 1, status)
        return 200 <= status < 300
