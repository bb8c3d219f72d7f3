"""Three storefronts behind HAProxy, on a running stack's database and stores."""

import csv
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from tornado.simple_httpclient import SimpleAsyncHTTPClient

from deploy.local.backing import BackingServices
from deploy.local.fleet import Fleet
from deploy.local.instances import Instances
from deploy.local.ports import Ports
from deploy.local.supervisor import Supervisor
from shared.db import Database
from shared.redis_client import open_redis
from tests.fleet.shoppers import Habits, Shopper, invite
from tests.waiting import until

INSTANCES = 3
READY_S = 30
CONNECTIONS = 400
QUICK = {"DRAIN_S": "0", "RATE_ADDRESS_PER_S": "0"}


@dataclass(frozen=True, kw_only=True)
class FleetStand:
    """names: of the storefronts. http: for all shoppers, a connection a request."""

    url: str
    statistics_url: str
    names: tuple[str, ...]
    supervisor: Supervisor
    instances: Instances
    backing: BackingServices
    database: Database
    http: SimpleAsyncHTTPClient

    def invite(self, skus: list[str], count: int, seed: int, habits: Habits) -> list[Shopper]:
        return invite(self.http, self.url, skus, count, seed, habits)

    async def unanswered(self) -> Counter[str]:
        """How often the balancer could not connect to each storefront so far, or was cut off from it."""
        return Counter({name: int(row["econ"]) + int(row["eresp"]) for name, row in (await self._table()).items()})

    async def all_in_rotation(self) -> None:
        """Wait until every storefront is ready and the balancer sends to it."""
        for name in self.names:
            await self.supervisor.until_ready(name)
        await until(self._are_all_up, READY_S)

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
        answer = await self.http.fetch(f"{self.statistics_url}/;csv")
        lines = answer.body.decode().removeprefix("# ").splitlines()
        return {row["svname"]: row for row in csv.DictReader(lines) if row["svname"] in self.names}


@asynccontextmanager
async def open_fleet(backing: BackingServices, database: Database) -> AsyncIterator[FleetStand]:
    ports, free = backing.ports, Ports.free(INSTANCES)
    ports = replace(ports, storefront=free.storefront, statistics=free.statistics)
    fleet = Fleet(backing.place, ports, INSTANCES)
    names = tuple(fleet.names.values())
    parts = [
        replace(part, needs=(), opens_after=()) if part.name in names else part
        for part in fleet.parts({**backing.environment, **QUICK})
    ]
    http = SimpleAsyncHTTPClient(force_instance=True, max_clients=CONNECTIONS)
    try:
        async with Supervisor(parts, backing.place) as supervisor:
            stand = FleetStand(
                url=f"http://127.0.0.1:{ports.storefront}",
                statistics_url=f"http://127.0.0.1:{ports.statistics}",
                names=names,
                supervisor=supervisor,
                instances=Instances(fleet, supervisor),
                backing=backing,
                database=database,
                http=http,
            )
            await stand.all_in_rotation()
            yield stand
    finally:
        http.close()
