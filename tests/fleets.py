"""A fleet of real storefronts behind a real balancer, on backing parts that run already."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.backing import BackingServices
from deploy.local.fleet import Fleet
from deploy.local.instances import Instances
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.rotation import Rotation
from deploy.local.supervisor import Supervisor
from tests.web.browser import Answer


@dataclass(frozen=True)
class RunningFleet:
    """What runs, and what an operator may do to it."""

    ports: Ports
    supervisor: Supervisor
    rotation: Rotation
    instances: Instances

    @property
    def storefronts(self) -> tuple[str, ...]:
        return tuple(self.instances.names)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports.storefront}"

    def state(self, name: str) -> str:
        return next(str(row["state"]) for row in self.supervisor.rows() if row["name"] == name)

    def storefront_of(self, answer: Answer) -> str:
        """Who gave this answer, as X-Instance tells; "nobody" when the balancer itself did."""
        port = answer.headers.get("X-Instance", "").rpartition("-")[2]
        return f"storefront-{int(port) - self.ports.storefront}" if port else "nobody"


@asynccontextmanager
async def open_fleet(
    backing: BackingServices, folder: Path, instances: int, *, is_sticky: bool = False, **variables: str
) -> AsyncIterator[RunningFleet]:
    """Start it with logs and sockets below `folder`, on free ports; the variables win over the backing's."""
    ports, place = Ports.free(instances), Place(folder)
    place.make()
    fleet = Fleet(place, ports, instances, is_sticky=is_sticky)
    environ = {**backing.environment, "PUBLIC_URL": f"http://localhost:{ports.storefront}", **variables}
    async with Supervisor(by_themselves(fleet.parts(environ)), place) as supervisor:
        yield RunningFleet(ports, supervisor, fleet.rotation, Instances(fleet, supervisor))


def by_themselves(parts: Iterable[Part]) -> list[Part]:
    """These parts without what others would have to start first."""
    named = {part.name: part for part in parts}
    return [
        replace(part, needs=tuple(name for name in part.needs if name in named), opens_after=())
        for part in named.values()
    ]
