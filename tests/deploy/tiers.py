"""What both tiers have to do wherever their bundles were unpacked."""

from collections.abc import Mapping

from shared.db import Database
from tests.waiting import until
from tests.web.baskets import fill, order, wish
from tests.web.browser import OURS, Answer, Browser

FOREIGN = {"X-Forwarded-For": "198.51.100.7"}
SCHEDULED = {"X-Aws-Sqsd-Taskname": "expire", "X-Aws-Sqsd-Scheduled-At": "2026-11-24T12:00:00Z"}


async def serve_and_process(shop: Browser, database: Database) -> None:
    """A page is served, and an order goes all its steps."""
    cart = await fill(shop, database)
    placed = await order(shop, wish(cart))
    assert placed.status == 201, placed.text

    async def all_done() -> bool:
        found = await shop.api("GET", f"/orders/{placed.json['number']}")
        return bool(found.json["steps"]) and {step["state"] for step in found.json["steps"]} == {"done"}

    await until(all_done)
    page = await shop.get("/products/wc14-nav-m")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")


async def answers_of_the_door(shop: Browser, worker: Browser) -> Mapping[str, int]:
    """What POST /worker is answered, by who asks whom."""

    async def posted(browser: Browser, headers: Mapping[str, str]) -> Answer:
        return await browser.ask("POST", "/worker", b"", headers)

    return {
        "shop": (await posted(shop, {**SCHEDULED, **OURS})).status,
        "worker from outside": (await posted(worker, {**SCHEDULED, **FOREIGN})).status,
        "worker from the daemon": (await posted(worker, SCHEDULED)).status,
    }
