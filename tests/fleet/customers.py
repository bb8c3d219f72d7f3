"""Shoppers with an account, who look at once at what they just wrote: an order, its list, the address book."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.web.browser import Answer, Browser

PASSWORD = "correct horse battery"
ADDRESS = {"name": "Jana Berg", "line1": "Prinzenstr. 84", "city": "Berlin", "postcode": "10969", "country": "DE"}
THINK_S = 0.2


@dataclass
class Customer:
    """One browser, signed in.

    Attributes:
        missed: a sentence for each look that did not show what was written just before, or failed.
        rounds: how often everything was written and looked at.
        numbers: of the orders.
    """

    browser: Browser
    email: str
    sku: str
    missed: list[str] = field(default_factory=list)
    rounds: int = 0
    numbers: list[str] = field(default_factory=list)

    async def sign_in(self) -> None:
        answer = await self.browser.submit("/account/sign-in", {"email": self.email, "password": PASSWORD})
        assert answer.status == 303, answer.text

    async def shop_until(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._look_round()
            await self._change_address_book()
            await self._order()
            self.rounds += 1
            await asyncio.sleep(THINK_S)

    async def _look_round(self) -> None:
        """Public pages may be a moment old, but are there."""
        for path in ("/", "/shop?sort=newest", "/api/v1/products"):
            self._expect(await self.browser.get(path), 200, "", f"GET {path}")

    async def _change_address_book(self) -> None:
        street = f"Straße {secrets.token_hex(6)}"
        added = await self.browser.submit("/account/addresses", ADDRESS | {"line1": street})
        self._expect(added, 303, "", "adding an address")
        book = await self.browser.get("/account/addresses")
        self._expect(book, 200, street, "the address just added")
        number = book.text.partition(street)[2].partition('name="remove" value="')[2].partition('"')[0]
        self._expect(await self.browser.submit("/account/addresses", {"remove": number}), 303, "", "removing it")
        left = await self.browser.get("/account/addresses")
        if street in left.text:
            self.missed.append("the address just removed is still there")

    async def _order(self) -> None:
        cart = await self.browser.api("POST", "/cart/items", {"sku": self.sku, "quantity": 1})
        self._expect(cart, 200, self.sku, "a piece put into the cart")
        if cart.status != 200:
            return
        body = {
            "email": self.email,
            "cart_revision": cart.json["revision"],
            "shipping_method": "standard",
            "shipping_address": ADDRESS | {"line2": ""},
            "payment": {"method": "invoice"},
        }
        placed = await self.browser.api("POST", "/orders", body, {"Idempotency-Key": secrets.token_hex(8)})
        self._expect(placed, 201, "", "an order")
        if placed.status == 201:
            self.numbers.append(placed.json["number"])
            await self._find(placed.json["number"], placed.json["url"])

    async def _find(self, number: str, url: str) -> None:
        link = urlsplit(url)
        looks: dict[str, Callable[[], Awaitable[Answer]]] = {
            "by its link": lambda: self.browser.get(f"{link.path}?{link.query}"),
            "by the API": lambda: self.browser.api("GET", f"/orders/{number}"),
            "in the account": lambda: self.browser.get("/account/orders"),
            "from the account's own page": lambda: self.browser.get("/account"),
        }
        for where, look in looks.items():
            self._expect(await look(), 200, number, f"the order just placed, {where}")

    def _expect(self, answer: Answer, status: int, text: str, what: str) -> None:
        if answer.status != status:
            self.missed.append(f"{what}: {answer.status}")
        elif text not in answer.text:
            self.missed.append(f"{what}: not shown")
