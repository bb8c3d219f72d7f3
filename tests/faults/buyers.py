"""Shoppers who do not give up: they ask again with the same key until they are told their order."""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.shop_client import ShopClient

AGAIN_S = 0.3
ADDRESS = {"name": "Jana Berg", "line1": "Hauptstr. 1", "line2": "", "city": "Berlin", "postcode": "10969"}
CARD, INVOICE = {"method": "card", "token": "tok_success"}, {"method": "invoice"}


@dataclass(frozen=True)
class Bought:
    """An order that a buyer was told of (201)."""

    key: str
    number: str
    total_cents: int
    by_card: bool


@dataclass(frozen=True)
class Wish:
    """What a buyer wants: pieces by SKU, and how it is paid."""

    pieces: Mapping[str, int]
    payment: Mapping[str, str]


@dataclass
class Buyers:
    """All shoppers of a run.

    Attributes:
        patience_s: how long one asks for the same thing before giving up.
        keys: every key that was posted at least once.
        bought: what was acknowledged; given_up: the keys of those who lost patience, with the last answer.
        answers: of POST /orders: status (0: none) -> how often.
        failed_at: moments (time.monotonic) of POST /orders that were answered by 5xx or not at all.
    """

    url: str
    skus: Sequence[str]
    seed: int = 0
    patience_s: float = 60
    keys: list[str] = field(default_factory=list)
    bought: list[Bought] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    failed_at: list[float] = field(default_factory=list)
    payments: Sequence[Mapping[str, str]] = (CARD, INVOICE)
    _client: ShopClient = field(init=False)

    def __post_init__(self) -> None:
        self._client = ShopClient(self.url)

    async def buy(self, orders: int, at_once: int = 4) -> None:
        """Place so many orders, each with a cart of its own; returns when all are acknowledged or given up."""
        await self._place_all([self._wish(number) for number in range(orders)], at_once)

    async def buy_all(self, skus: Sequence[str], pieces: int, orders: int, at_once: int) -> None:
        """So many orders of several SKUs each, in any order: everybody wants the same few things at once."""
        wishes = []
        for number in range(orders):
            some = random.Random(f"{self.seed}:hot:{number}").sample(list(skus), k=pieces)
            wishes.append(Wish(dict.fromkeys(some, 1), INVOICE))
        await self._place_all(wishes, at_once)

    async def _place_all(self, wanted: Sequence[Wish], at_once: int) -> None:
        wishes = iter(wanted)

        async def one_after_the_other() -> None:
            for wish in wishes:
                await self.place(wish)

        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))

    async def buy_until(self, ended: asyncio.Event, per_s: float) -> None:
        """A new buyer every now and then; returns when the last one is done."""
        buyers, number = set[asyncio.Task[None]](), 0
        while not ended.is_set():
            buyers.add(asyncio.create_task(self.place(self._wish(number))))
            number += 1
            await asyncio.wait([asyncio.create_task(ended.wait())], timeout=1 / per_s)
        await asyncio.gather(*buyers)

    async def place(self, wish: Wish) -> None:
        """Fill a cart and order it."""
        key, deadline = secrets.token_hex(8), time.monotonic() + self.patience_s
        cart, cookie, said = await self._fill(wish, deadline)
        if cart is None:
            self.given_up[key] = f"the cart: {said}"
            return
        self.keys.append(key)
        body = {
            "email": f"{key}@example.com",
            "cart_revision": cart["revision"],
            "shipping_method": "standard",
            "shipping_address": ADDRESS | {"country": "DE"},
            "payment": wish.payment,
        }
        await self._order(key, cookie, body, deadline)

    def close(self) -> None:
        self._client.close()

    def _wish(self, number: int) -> Wish:
        chance = random.Random(f"{self.seed}:{number}")
        skus = chance.sample(list(self.skus), k=min(len(self.skus), chance.choice((1, 1, 2))))
        return Wish({sku: chance.choice((1, 2)) for sku in skus}, self.payments[number % len(self.payments)])

    async def _fill(self, wish: Wish, deadline: float) -> tuple[dict[str, Any] | None, str, str]:
        """The cart, its cookie, and what was said last."""
        cookie, cart, said = "", None, ""
        for sku, quantity in wish.pieces.items():
            operation, cart = secrets.token_hex(8), None
            while cart is None and time.monotonic() < deadline:
                headers = {"Operation-Id": operation} | ({"Cookie": f"cart={cookie}"} if cookie else {})
                status, found, fresh = await self._client.post(
                    "/cart/items", {"sku": sku, "quantity": quantity}, headers
                )
                cart, cookie, said = (found if status == 200 else None), fresh or cookie, f"{status} {found}"
                if cart is None:
                    await asyncio.sleep(AGAIN_S)
        return cart, cookie, said

    async def _order(self, key: str, cookie: str, body: Mapping[str, Any], deadline: float) -> None:
        headers = {"Idempotency-Key": key, "Cookie": f"cart={cookie}"}
        while True:
            status, found, _ = await self._client.post("/orders", body, headers)
            self.answers[status] += 1
            if status == 201:
                is_card = body["payment"]["method"] == "card"
                self.bought.append(Bought(key, found["number"], found["total_cents"], is_card))
                return
            if status == 0 or status >= 500:
                self.failed_at.append(time.monotonic())
            if 400 <= status < 500 or time.monotonic() > deadline:
                self.given_up[key] = f"the order: {status} {found}"
                return
            await asyncio.sleep(AGAIN_S)
