"""A flood of buyers: each fills a cart, orders it and is gone; who is sent away does not come back."""

import asyncio
import json
import re
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from tests.faults.buyers import ADDRESS, INVOICE

ORDERED, FULL = 201, 503
TURN_S = 0.01  # between two looks at how many should have come by now
ANSWER_S = 30


@dataclass
class Took:
    """Seconds of each answer of one kind."""

    seconds: list[float] = field(default_factory=list)

    def share(self, percent: int) -> float:
        """What so many of a hundred were below; 0 where there were none."""
        return quantiles(self.seconds, n=100)[percent - 1] if len(self.seconds) > 1 else sum(self.seconds)

    def __str__(self) -> str:
        return f"{len(self.seconds)} (p50 {self.share(50) * 1000:.0f} ms, p99 {self.share(99) * 1000:.0f} ms)"


@dataclass
class Flood:
    """Keeps its connections, as a balancer does.

    Attributes:
        numbers: of the orders that were acknowledged.
        orders, refusals: how long each took, from the request to its answer.
        others: statuses that are neither, and how often.
        hints: what refusals said in Retry-After.
    """

    port: int
    sku: str
    numbers: list[str] = field(default_factory=list)
    orders: Took = field(default_factory=Took)
    refusals: Took = field(default_factory=Took)
    others: Counter[int] = field(default_factory=Counter)
    hints: Counter[str] = field(default_factory=Counter)
    came: int = 0
    _idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def at_most(self, at_once: int, seconds: float) -> float:
        """So many buyers, one after the other each, for so long; returns orders per second."""
        began = time.monotonic()

        async def one_after_the_other() -> None:
            while time.monotonic() < began + seconds:
                await self.buy()

        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
        return len(self.numbers) / (time.monotonic() - began)

    async def come(self, per_s: float, seconds: float) -> float:
        """So many new buyers a second, whatever becomes of those before; returns orders per second, while they came."""
        began, buying = time.monotonic(), set[asyncio.Task[bool]]()
        while (now := time.monotonic()) < began + seconds:
            for _ in range(int((now - began) * per_s) - self.came):
                self.came += 1
                buying.add(task := asyncio.create_task(self.buy()))
                task.add_done_callback(buying.discard)
            await asyncio.sleep(TURN_S)
        per_s = len(self.numbers) / (time.monotonic() - began)
        await asyncio.gather(*buying)
        return per_s

    async def buy(self) -> bool:
        """Fill a cart and order it; False when that did not come about."""
        try:
            return await self._buy()
        except (OSError, EOFError):
            self.others[0] += 1
            return False

    async def _buy(self) -> bool:
        status, head, cart = await self._ask("/cart/items", {"sku": self.sku, "quantity": 1}, "")
        if status != 200:
            return False
        key, cookie = secrets.token_hex(8), re.search(r"\r\nset-cookie: ([^;\r]+)", head, re.IGNORECASE)
        body = {
            "email": f"{key}@example.com",
            "cart_revision": cart["revision"],
            "shipping_method": "standard",
            "shipping_address": ADDRESS | {"country": "DE"},
            "payment": INVOICE,
        }
        assert cookie
        status, _, order = await self._ask("/orders", body, f"Idempotency-Key: {key}\r\nCookie: {cookie[1]}\r\n")
        if status == ORDERED:
            self.numbers.append(order["number"])
        return status == ORDERED

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()

    async def _ask(self, path: str, body: object, headers: str) -> tuple[int, str, Any]:
        """Status, head and document of the answer."""
        text, asked_s = json.dumps(body), time.monotonic()
        line = f"POST /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        async with asyncio.timeout(ANSWER_S):
            reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(f"{line}{headers}Content-Length: {len(text)}\r\n\r\n{text}".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
            found = await reader.readexactly(int(length[1]) if length else 0)
        took_s, status = time.monotonic() - asked_s, int(head.split(" ", 2)[1])
        if "\r\nconnection: close" in head.lower():
            writer.close()
        else:
            self._idle.append((reader, writer))
        self._note(status, head, took_s)
        return status, head, json.loads(found)

    def _note(self, status: int, head: str, took_s: float) -> None:
        if status == ORDERED:
            self.orders.seconds.append(took_s)
        elif status == FULL:
            self.refusals.seconds.append(took_s)
            hint = re.search(r"\r\nretry-after: (\S+)", head, re.IGNORECASE)
            self.hints[hint[1] if hint else ""] += 1
        elif status != 200:
            self.others[status] += 1
