"""Shoppers who change their carts all the time, ask again when nobody answered, and write down what they were told."""

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from deploy.local.demo.browser import AGAIN, Answer, Browser
from loadtests.history import NEVER, Operation, Pieces
from tests.faults.buyers import ADDRESS, INVOICE
from tests.waiting import PATIENCE_S

Send = Callable[[], Awaitable[Answer]]
Ordered = tuple[str, Pieces]  # an order's number, and what was in it

AGAIN_S = 0.2
GIVEN_UP = 0.1  # of the changes of a cart whose answer was lost, nobody asks for once more
LATE_S = 5  # what a storefront was asked before it died is done by then, or never
DOUBLED = 0.1  # of the clicks of those in a hurry are double clicks: the same request twice at once
VERBS = ("add", "add", "add", "put", "remove", "clear", "read", "read")
METHODS = {"add": "POST", "put": "PUT", "remove": "DELETE", "clear": "DELETE", "read": "GET"}


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How somebody shops.

    Attributes:
        think_s: between two clicks, drawn evenly.
        at_once: so many requests at the same time, at most.
        orders: how many of the clicks order the cart.
    """

    think_s: tuple[float, float] = (0.05, 0.3)
    at_once: int = 1
    orders: float = 0.0


@dataclass
class Shopper:
    """One browser with one cart.

    Attributes:
        history: every operation on the cart; an order takes all of it out.
        ordered: number and pieces by key of what was acknowledged.
        answers: of every request, lost ones too.
    """

    browser: Browser
    skus: Sequence[str]
    chance: random.Random
    habits: Habits
    history: list[Operation] = field(default_factory=list)
    ordered: dict[str, Ordered] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    @property
    def failures(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.status in AGAIN]

    async def shop_until(self, over: asyncio.Event) -> None:
        await self.do("add", self.skus[0], 1)  # so that there is a cart before several requests come at once
        while not over.is_set():
            if self.chance.random() < self.habits.orders:
                await self.order()
            else:
                await asyncio.gather(*(self._something() for _ in range(self.chance.randint(1, self.habits.at_once))))
            await _pause(over, self.chance.uniform(*self.habits.think_s))

    async def do(self, verb: str, sku: str = "", pieces: int = 0) -> Answer:
        """Change the cart, or read it; sent again under its first id until it is answered, or given up."""
        path = "/cart" + ("/items" if verb == "add" else f"/items/{sku}" if verb in {"put", "remove"} else "")
        body = {"add": {"sku": sku, "quantity": pieces}, "put": {"quantity": pieces}}.get(verb)
        send = partial(self.browser.call, METHODS[verb], path, body, Operation_Id=secrets.token_hex(8))
        if self.habits.at_once > 1 and verb != "read" and self.chance.random() < DOUBLED:
            return await self._double_click(verb, sku, pieces, send)
        first, last = await self._until_answered(send, GIVEN_UP)
        assert last.status in {200, 422, *AGAIN}, f"{verb} {sku} {pieces}: {last}"
        self._note(verb, sku, pieces, first=first, last=last)
        return last

    async def order(self) -> None:
        """Order everything; asked for under one key until it is acknowledged."""
        cart = await self.do("read")
        if cart.status in AGAIN or not cart.pieces:
            return
        key = secrets.token_hex(8)
        body = {
            "email": f"{key}@example.com",
            "cart_revision": cart.document["revision"],
            "shipping_method": "standard",
            "shipping_address": ADDRESS | {"country": "DE"},
            "payment": INVOICE,
        }
        send = partial(self.browser.call, "POST", "/orders", body, Idempotency_Key=key)
        first, last = await self._until_answered(send, 0)
        assert last.status == 201, f"order {key}: {last}"
        self.ordered[key] = (last.document["number"], cart.pieces)
        self._note("clear", first=first, last=last)

    async def _something(self) -> None:
        await self.do(self.chance.choice(VERBS), self.chance.choice(self.skus), self.chance.randint(1, 3))

    async def _double_click(self, verb: str, sku: str, pieces: int, send: Send) -> Answer:
        """One change, and two answers that show the cart; not sent again if both are lost."""
        both = sorted(await asyncio.gather(self._send(send), self._send(send)), key=lambda answer: answer.answered_s)
        heard = [answer for answer in both if answer.status == 200] or both
        self._note(verb, sku, pieces, first=min(both, key=lambda answer: answer.asked_s), last=heard[0])
        if heard[0].status == 200:
            self.history[-1] = replace(self.history[-1], seen=None)
            for answer in heard:
                self._note("read", first=answer, last=answer)
        return heard[0]

    async def _until_answered(self, send: Send, given_up: float) -> tuple[Answer, Answer]:
        """The first answer and the last, which is the one that counts."""
        deadline, first = time.monotonic() + PATIENCE_S, await self._send(send)
        last = first
        while last.status in AGAIN and self.chance.random() >= given_up:
            assert time.monotonic() < deadline, f"nobody answered for {PATIENCE_S} s: {last}"
            await asyncio.sleep(AGAIN_S)
            last = await self._send(send)
        return first, last

    async def _send(self, send: Send) -> Answer:
        answer = await send()
        self.answers.append(answer)
        return answer

    def _note(self, verb: str, sku: str = "", pieces: int = 0, *, first: Answer, last: Answer) -> None:
        self.history.append(
            Operation(
                verb=verb,
                sku=sku if verb in {"add", "put", "remove"} else "",
                pieces=pieces if verb in {"add", "put"} else 0,
                asked_s=first.asked_s,
                asked_last_s=last.asked_s,
                answered_s=NEVER if last.status in AGAIN else last.answered_s,
                over_s=last.answered_s + LATE_S if last.status in AGAIN else NEVER,
                seen=last.pieces if last.status == 200 else None,
                is_refused=last.status == 422,
            )
        )


async def _pause(over: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await over.wait()
