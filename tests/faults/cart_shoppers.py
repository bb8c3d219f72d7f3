"""Shoppers who do one thing at a time and know what must be in their carts; every answer is compared with that."""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.buyers import ADDRESS
from tests.faults.shop_client import NO_ANSWER, ShopClient

MOST = 20  # pieces of one kind that somebody keeps adding to
DEEDS = {"add": 35, "put": 10, "remove": 10, "cart": 15, "browse": 20, "checkout": 7, "order": 3}


@dataclass
class Tally:
    """What all shoppers of a run met.

    Attributes:
        answers: (what was asked for, status) -> how often; slowest_s: what was asked for -> seconds.
        reasons: what calls were told that failed -> how often.
        wrong: carts that were not what their shopper knows, a sentence each.
    """

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest_s: dict[str, float] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def failed(self) -> dict[tuple[str, int], int]:
        """Without an answer, or with a 5xx."""
        return {asked: n for asked, n in self.answers.items() if asked[1] == NO_ANSWER or asked[1] >= 500}

    def __str__(self) -> str:
        slow = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in sorted(self.slowest_s.items()))
        failed = f"failed {self.failed}, told {dict(self.reasons)}"
        return f"{self.answers.total()} requests, {failed}, {len(self.wrong)} carts wrong; slowest: {slow}"

    def note(self, what: str, status: int, seconds: float) -> None:
        self.answers[what, status] += 1
        self.slowest_s[what] = max(seconds, self.slowest_s.get(what, 0.0))


@dataclass
class CartShopper:
    client: ShopClient
    skus: Sequence[str]
    chance: random.Random
    tally: Tally
    cookie: str = ""
    expected: dict[str, int] = field(default_factory=dict)
    revision: int = 0

    async def shop_until(self, ended: asyncio.Event, think_s: float) -> None:
        """Shop, with a pause of think_s on average between two things."""
        while True:
            await asyncio.wait([asyncio.create_task(ended.wait())], timeout=self.chance.uniform(0, 2 * think_s))
            if ended.is_set():
                return
            (deed,) = self.chance.choices(list(DEEDS), list(DEEDS.values()))
            await getattr(self, f"_{deed}")()

    async def look(self) -> None:
        """Compare the whole cart with what must be in it."""
        await self._change("GET", "/cart", None, self.expected)

    async def _add(self) -> None:
        sku, pieces = self._some()
        if (now := self.expected.get(sku, 0) + pieces) <= MOST:
            await self._change("POST", "/cart/items", {"sku": sku, "quantity": pieces}, {**self.expected, sku: now})

    async def _put(self) -> None:
        sku, pieces = self._some()
        await self._change("PUT", f"/cart/items/{sku}", {"quantity": pieces}, {**self.expected, sku: pieces})

    async def _remove(self) -> None:
        sku, _ = self._some()
        left = {one: pieces for one, pieces in self.expected.items() if one != sku}
        await self._change("DELETE", f"/cart/items/{sku}", None, left)

    async def _cart(self) -> None:
        await self._page("cart page", "/cart")

    async def _checkout(self) -> None:
        await self._page("checkout page", "/checkout")

    async def _browse(self) -> None:
        sku, _ = self._some()
        await self._page("browsing", self.chance.choice(("/", "/shop", "/shop?q=coat", f"/products/{sku.lower()}")))

    async def _order(self) -> None:
        """Order all of it, as the cart was when it was looked at last."""
        if not self.expected:
            return
        await self.look()
        body = {
            "email": "jana@example.com",
            "cart_revision": self.revision,
            "shipping_method": "standard",
            "shipping_address": ADDRESS | {"country": "DE"},
            "payment": {"method": "invoice"},
        }
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        status, found = await self._until_answered("order", lambda: self._call("POST", "/orders", body, headers))
        if status != 201:
            self.tally.wrong.append(f"an order was refused: {status} {found}")
            return
        if {line["sku"]: line["quantity"] for line in found["lines"]} != self.expected:
            self.tally.wrong.append(f"ordered {found['lines']}, not {self.expected}")
        self.expected = {}

    async def _change(self, method: str, path: str, body: object, expected: Mapping[str, int]) -> None:
        """Send it until it is answered, always as the same operation; then the cart is what it must be."""
        headers = {"Operation-Id": secrets.token_hex(8)}
        status, found = await self._until_answered(f"{method} cart", lambda: self._call(method, path, body, headers))
        if status != 200:
            self.tally.wrong.append(f"{method} {path} was refused: {status} {found}")
            return
        held = {line["sku"]: line["quantity"] for line in found["lines"]}
        if held != expected:
            self.tally.wrong.append(f"after {method} {path} the cart holds {held}, not {expected}")
        self.expected, self.revision = held, found["revision"]

    async def _until_answered(self, what: str, send: Callable[[], Awaitable[tuple[int, Any]]]) -> tuple[int, Any]:
        while True:
            begun = time.monotonic()
            status, found = await send()
            self.tally.note(what, status, time.monotonic() - begun)
            if status != NO_ANSWER and status < 500:
                return status, found
            self.tally.reasons[found["detail"] if isinstance(found, dict) else str(found)] += 1

    async def _call(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> tuple[int, Any]:
        status, found, cookie = await self.client.call(method, path, body, {**headers, **self._cookies()})
        self.cookie = cookie or self.cookie
        return status, found

    async def _page(self, what: str, path: str) -> None:
        begun = time.monotonic()
        status, cookie = await self.client.page(path, self._cookies())
        self.cookie = cookie or self.cookie
        self.tally.note(what, status, time.monotonic() - begun)

    def _cookies(self) -> dict[str, str]:
        return {"Cookie": f"cart={self.cookie}"} if self.cookie else {}

    def _some(self) -> tuple[str, int]:
        return self.chance.choice(self.skus), self.chance.randint(1, 3)
