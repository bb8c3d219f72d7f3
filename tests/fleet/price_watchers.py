"""Shoppers who look at one price wherever the shop shows it, and order at what the checkout showed them last."""

import asyncio
import html
import random
import re
import secrets
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from tests.web.browser import Answer, Browser

TYPED = {
    "email": "jana@example.com",
    "name": "Jana Berg",
    "line1": "Prinzenstr. 84",
    "line2": "",
    "city": "Berlin",
    "postcode": "10969",
    "country": "DE",
    "billing_same": "1",
    "shipping_method": "standard",
    "payment": "invoice",
}
HIDDEN = ("checkout_key", "cart_revision", "seen")
CARD = r'href="/products/{slug}">[^<]*</a></h\d><span class="num">€([\d.,]+)<'
PLACES = {  # where a price is shown to anybody: path, and what stands there
    "product page": ("/products/{slug}", r'class="price num">€([\d.,]+)<'),
    "listing": ("/shop", CARD),
    "home": ("/", CARD),
    "product of the API": ("/api/v1/products/{slug}", r'"price_cents":\s*(\d+)'),
}
CART, CHECKOUT = "cart", "checkout"
IN_CART, AT_CHECKOUT = (
    r'<b class="num">€([\d.,]+)</b>',
    r'class="line mini">.*?<span class="num">€([\d.,]+)</span></li>',
)


@dataclass(frozen=True)
class Look:
    """At a price. Times are of time.monotonic."""

    where: str
    instance: str
    asked_s: float
    answered_s: float
    cents: int


@dataclass
class PriceWatcher:
    """One shopper, who begins with a new browser after each order.

    Attributes:
        looks: at the price, in the order of the questions.
        paid: what the checkout showed last, in cents, by the number of the order.
        refused: how often an order was answered by 409.
        missed: a sentence for each answer that was another than it should be.
    """

    browser: Browser
    sku: str
    chance: random.Random
    think_s: tuple[float, float]
    looks: list[Look] = field(default_factory=list)
    paid: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    missed: Counter[str] = field(default_factory=Counter)

    async def shop_until(self, over: asyncio.Event) -> None:
        while not over.is_set():
            self.browser.cookies.clear()
            for where, (path, pattern) in PLACES.items():
                await self._look(where, path.format(slug=self.sku.lower()), pattern)
                await self._think(over)
            await self._order(over)

    async def _order(self, over: asyncio.Event) -> None:
        wish = {"sku": self.sku, "quantity": "1", "operation_id": secrets.token_hex(8)}
        added = await self.browser.submit("/cart/items", wish)
        self._expect(added, 303, "adding")
        await self._look(CART, "/cart", IN_CART)
        page = await self._look(CHECKOUT, "/checkout", AT_CHECKOUT)
        while page.status in {200, 409}:
            shown = self.looks[-1].cents
            await self._think(over)
            asked_s = time.monotonic()
            page = await self.browser.submit("/checkout", TYPED | {name: _hidden(page.text, name) for name in HIDDEN})
            if page.status == 409:
                self.refused += 1
                self._note(CHECKOUT, asked_s, page, AT_CHECKOUT)
        if self._expect(page, 303, "ordering"):
            self.paid[page.headers["Location"].rpartition("/")[2].partition("?")[0]] = shown

    async def _look(self, where: str, path: str, pattern: str) -> Answer:
        asked_s = time.monotonic()
        answer = await self.browser.get(path)
        if self._expect(answer, 200, where):
            self._note(where, asked_s, answer, pattern)
        return answer

    def _note(self, where: str, asked_s: float, answer: Answer, pattern: str) -> None:
        found = re.search(pattern.replace("{slug}", self.sku.lower()), answer.text, re.DOTALL)
        if found is None:
            self.missed[f"{where}: no price"] += 1
            return
        cents = int(found[1].replace(",", "").replace(".", ""))
        self.looks.append(Look(where, answer.headers.get("X-Instance", ""), asked_s, time.monotonic(), cents))

    def _expect(self, answer: Answer, status: int, what: str) -> bool:
        if answer.status != status:
            self.missed[f"{what}: {answer.status}"] += 1
        return answer.status == status

    async def _think(self, over: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.chance.uniform(*self.think_s)):
                await over.wait()


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])
