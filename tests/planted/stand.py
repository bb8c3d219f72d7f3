"""A small shop for load runs of seconds: two storefronts and the workers, on the tests' backing parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from deploy.local.backing import BackingServices
from deploy.local.fleet import Fleet
from deploy.local.load.shop import Shop
from deploy.local.part import Part
from deploy.local.place import CHECKOUT, Place
from deploy.local.ports import Ports
from deploy.local.supervisor import Supervisor
from deploy.local.tiers import worker_parts
from tests.fleets import by_themselves

INSTANCES = 2
PARTS = ("worker-orders", "worker-documents", "worker-http")
CHANGED = str(CHECKOUT / "tests/faults/unguarded")
STOREFRONT, CARTS_IN_PROCESS = "storefront", "deploy.local.demo.storefront"


@asynccontextmanager
async def open_small_shop(
    backing: BackingServices, folder: Path, *, planted: str = "", storefront: str = STOREFRONT
) -> AsyncIterator[Shop]:
    """planted: a name of tests.planted.faults; storefront: the module that is started."""
    ports, place = _ports(backing), Place(folder)
    place.make()
    environ = {
        **backing.environment,
        "PUBLIC_URL": f"http://localhost:{ports.storefront}",
        "RATE_ADDRESS_PER_S": "0",
        "DRAIN_S": "0",
        **({"PLANTED": planted, "CHECKOUT": str(CHECKOUT), "PYTHONPATH": CHANGED} if planted else {}),
    }
    fleet = Fleet(place, ports, INSTANCES)
    workers = [part for part in worker_parts(place, ports, environ) if part.name in PARTS]
    storefronts = [_of_module(part, storefront) for part in fleet.parts(environ)]
    async with Supervisor(by_themselves([*workers, *storefronts]), place) as supervisor:
        yield Shop(
            url=f"http://127.0.0.1:{ports.storefront}",
            ports=ports,
            environ=environ,
            supervisor=supervisor,
            storefronts={name: ports.instance(number) for number, name in fleet.names.items()},
            secret=environ["LOAD_RUN_SECRET"],
        )


def _ports(backing: BackingServices) -> Ports:
    """Free ones, but for what is there already."""
    return replace(Ports.free(INSTANCES), mailbox=backing.ports.mailbox, payment=backing.ports.payment)


def _of_module(part: Part, module: str) -> Part:
    return replace(part, command=tuple(module if word == STOREFRONT else word for word in part.command))
