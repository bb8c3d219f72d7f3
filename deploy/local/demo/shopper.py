"""One shopper of the demo, who remembers what must be in the cart."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from deploy.local.demo.browser import AGAIN, Answer, Browser
from deploy.local.faults import StackFault

COAT, BEANIE, SOCKS = "WC14-CAM-XS", "BB28-OCH-ONESI", "RS30-NAV-42-44"
NAMES: Mapping[str, str] = {COAT: "coat", BEANIE: "beanie", SOCKS: "socks"}
LOOKS = 3  # in a row: with three storefronts each is asked once, unless the balancer is sticky
PATIENCE_S, PAUSE_S = 20, 0.2

Tell = Callable[[str], None]


@dataclass
class Shopper:
    """name_of: what a storefront that answered is called. bought_at: the instance that took the coat."""

    browser: Browser
    name_of: Callable[[str], str]
    tell: Tell
    wanted: dict[str, int] = field(default_factory=dict)
    bought_at: str = ""

    async def choose_coat(self) -> None:
        answer = await self._add(COAT)
        self.bought_at = self.name_of(answer.instance)
        self.tell(f"Jana puts a coat into her cart; {self.bought_at} answers")

    async def choose_in_two_tabs(self) -> None:
        """Two more things at the same moment, both from a page that shows the coat alone."""
        beanie, socks = await asyncio.gather(self._add(BEANIE), self._add(SOCKS))
        places = f"{self.name_of(beanie.instance)} and {self.name_of(socks.instance)}"
        self.tell(f"at the same moment she adds a beanie in one tab and socks in another; {places} answer")

    async def finds_cart(self) -> bool:
        """Look some times in a row; whether the cart was whole each time."""
        return all([await self._look() for _ in range(LOOKS)])

    async def _look(self) -> bool:
        answer = await self._ask("GET", "/cart")
        self.tell(f"she looks; {self.name_of(answer.instance)} answers: {in_words(answer.pieces)}")
        return answer.pieces == self.wanted

    async def _add(self, sku: str) -> Answer:
        answer = await self._ask("POST", "/cart/items", {"sku": sku, "quantity": 1})
        self.wanted[sku] = 1
        return answer

    async def _ask(self, method: str, path: str, body: object = None) -> Answer:
        """Ask until somebody answers; always with the same Operation-Id, so that nothing is done twice."""
        operation, began = secrets.token_hex(8), time.monotonic()
        while True:
            answer = await self.browser.call(method, path, body, Operation_Id=operation)
            waited_s = time.monotonic() - began
            if answer.status not in AGAIN:
                break
            if waited_s > PATIENCE_S:
                raise StackFault(f"no storefront answered within {PATIENCE_S} s")
            await asyncio.sleep(PAUSE_S)
        if answer.status != 200:
            raise StackFault(f"{method} {path} was answered with {answer.status}: {answer.document}")
        if waited_s > PAUSE_S:
            self.tell(f"(for {waited_s:.1f} s the balancer had no storefront for her, and she tried again)")
        return answer


def in_words(pieces: Mapping[str, int]) -> str:
    return "her cart holds " + ", ".join(NAMES.get(sku, sku) for sku in pieces) if pieces else "HER CART IS EMPTY"
