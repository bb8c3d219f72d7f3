"""Three storefronts behind HAProxy, on a running stack's database and stores, and what drills do to them."""

import csv
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tornado.simple_httpclient import SimpleAsyncHTTPClient

from deploy.local.backing import BackingServices
from deploy.local.demo.browser import Browser
from deploy.local.instances import Instances
from shared.db import Database
from shared.redis_client import open_redis
from tests.fleet.shoppers import Habits, Shopper
from tests.fleets import RunningFleet, open_fleet
from tests.waiting import until

INSTANCES = 3
CONNECTIONS = 400


@dataclass(frozen=True)
class FleetStand:
    """http: for all shoppers, a connection a request."""

    running: RunningFleet
    backing: BackingServices
    database: Database
    http: SimpleAsyncHTTPClient

    @property
    def names(self) -> tuple[str, ...]:
        return self.running.storefronts

    @property
    def instances(self) -> Instances:
        return self.running.instances

    def invite(self, skus: list[str], count: int, seed: int, habits: Habits) -> list[Shopper]:
        """So many shoppers; the seed decides what each of them does."""
        return [
            Shopper(Browser(self.running.url, self.http), skus, random.Random(f"{seed}:{number}"), habits)
            for number in range(count)
        ]

    async def unanswered(self) -> Counter[str]:
        """How often the balancer could not connect to each storefront so far, or was cut off from it."""
        return Counter({name: int(row["econ"]) + int(row["eresp"]) for name, row in (await self._table()).items()})

    async def all_in_rotation(self) -> None:
        """Wait until every storefront is ready and the balancer sends to it."""
        for name in self.names:
            await self.running.supervisor.until_ready(name)
        await until(self._are_all_up)

    async def shows(self, sku: str) -> bool:
        """Whether every storefront has this among the newest, at home and in its listing."""
        doors = [self.running.ports.instance(number) for number in range(1, len(self.names) + 1)]
        answers = [
            await self.http.fetch(f"http://127.0.0.1:{door}{path}", raise_error=False)
            for door in doors
            for path in ("/", "/shop")
        ]
        return all(f"/products/{sku.lower()}".encode() in answer.body for answer in answers)

    async def kill_one(self, chance: random.Random) -> None:
        """Kill a storefront that is ready, unless it is the last one: where nobody answers, nothing can go wrong."""
        ready = [name for name in self.names if self.running.state(name) == "ready"]
        if len(ready) > 1:
            await self.instances.kill(chance.choice(ready))

    async def lose_redis(self, chance: random.Random) -> None:
        """Empty it, or kill it (it starts again with what its log has), or both."""
        kind = chance.choice(("emptied", "killed", "emptied and killed"))
        if "emptied" in kind:
            redis = open_redis(self.backing.environment["REDIS_URL"])
            await redis.flushall()
            await redis.aclose()
        if "killed" in kind:
            self.backing.supervisor.kill_part("redis")
            await self.backing.supervisor.until_ready("redis")

    async def _are_all_up(self) -> bool:
        return all(row["status"].startswith("UP") for row in (await self._table()).values())

    async def _table(self) -> dict[str, dict[str, str]]:
        """A row a storefront of the balancer's statistics."""
        answer = await self.http.fetch(f"http://127.0.0.1:{self.running.ports.statistics}/;csv")
        lines = answer.body.decode().removeprefix("# ").splitlines()
        return {row["svname"]: row for row in csv.DictReader(lines) if row["svname"] in self.names}


@asynccontextmanager
async def open_stand(backing: BackingServices, folder: Path, database: Database) -> AsyncIterator[FleetStand]:
    """DRAIN_S is 0, as the balancer sends nobody any more before a storefront is told to stop."""
    http = SimpleAsyncHTTPClient(force_instance=True, max_clients=CONNECTIONS)
    try:
        async with open_fleet(backing, folder, INSTANCES, DRAIN_S="0", RATE_ADDRESS_PER_S="0") as running:
            stand = FleetStand(running, backing, database, http)
            await stand.all_in_rotation()
            yield stand
    finally:
        http.close()
