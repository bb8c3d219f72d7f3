"""A machine of each tier, as `run --like-aws` has them: unpacked bundles behind nginx and the balancer."""

import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from deploy.local.backing import BackingServices
from deploy.local.cloud.fleet import Cloud
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.supervisor import Supervisor
from deploy.release.bundling import kept
from shared.db import Database
from tests.environments import bare_environment
from tests.fleets import by_themselves
from tests.waiting import until
from tests.web.baskets import fill, order, wish
from tests.web.browser import OURS, Answer, Browser

FOREIGN = {"X-Forwarded-For": "198.51.100.7"}
SCHEDULED = {"X-Aws-Sqsd-Taskname": "expire", "X-Aws-Sqsd-Scheduled-At": "2026-11-24T12:00:00Z"}


@dataclass(frozen=True)
class Tiers:
    shop: Browser
    worker: Browser
    running: Supervisor


@pytest_asyncio.fixture
async def tiers(repository: Path, tmp_path: Path, backing: BackingServices, database: Database) -> AsyncIterator[Tiers]:
    """Each process of both Procfiles, in the folder where its tier's bundle was unpacked."""
    place, ports = Place(tmp_path / "stack"), Ports.free(instances=1)
    place.make()
    cloud = Cloud(place, ports, kept(repository, tmp_path / "bundles"), machines=1)
    ours = {"PUBLIC_URL": f"http://localhost:{ports.storefront}", "DRAIN_S": "0"}
    environ = bare_environment(**{**_settings(backing), **ours})
    async with Supervisor(by_themselves(cloud.tier_parts(environ)), place) as running:
        shop, worker = (Browser(f"http://127.0.0.1:{port}") for port in (ports.storefront, ports.worker_nginx))
        yield Tiers(shop, worker, running)


def _settings(backing: BackingServices) -> Mapping[str, str]:
    """Those of the session's services; nothing that names this checkout's code."""
    return {name: value for name, value in backing.environment.items() if name not in os.environ}


async def test_pages_are_served_an_order_is_processed_and_the_workers_door_is_closed(
    tiers: Tiers, database: Database
) -> None:
    cart = await fill(tiers.shop, database)
    placed = await order(tiers.shop, wish(cart))
    assert placed.status == 201, placed.text

    async def all_done() -> bool:
        found = await tiers.shop.api("GET", f"/orders/{placed.json['number']}")
        return bool(found.json["steps"]) and {step["state"] for step in found.json["steps"]} == {"done"}

    await until(all_done)
    page = await tiers.shop.get("/products/wc14-nav-m")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    assert await _statuses(tiers) == {"shop": 404, "worker from outside": 404, "worker from the daemon": 200}
    assert {row["name"]: row["state"] for row in tiers.running.rows()} == dict.fromkeys(
        (
            *("storefront-1", "nginx-1", "haproxy", "nginx-worker", "worker-daemon"),
            *("worker-http", "worker-orders", "worker-documents", "worker-media"),
        ),
        "ready",
    )


async def _statuses(tiers: Tiers) -> Mapping[str, int]:
    async def posted(browser: Browser, headers: Mapping[str, str]) -> Answer:
        return await browser.ask("POST", "/worker", b"", headers)

    return {
        "shop": (await posted(tiers.shop, {**SCHEDULED, **OURS})).status,
        "worker from outside": (await posted(tiers.worker, {**SCHEDULED, **FOREIGN})).status,
        "worker from the daemon": (await posted(tiers.worker, SCHEDULED)).status,
    }
