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
from tests.deploy.tiers import answers_of_the_door, serve_and_process
from tests.environments import bare_environment
from tests.fleets import by_themselves
from tests.web.browser import Browser


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
    await serve_and_process(tiers.shop, database)

    assert await answers_of_the_door(tiers.shop, tiers.worker) == {
        "shop": 404,
        "worker from outside": 404,
        "worker from the daemon": 200,
    }
    assert {row["name"]: row["state"] for row in tiers.running.rows()} == dict.fromkeys(
        (
            *("storefront-1", "nginx-1", "haproxy", "nginx-worker", "worker-daemon"),
            *("worker-http", "worker-orders", "worker-documents", "worker-media"),
        ),
        "ready",
    )
