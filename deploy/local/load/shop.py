"""The shop that a run starts for itself: everything on free ports, below a folder that is deleted afterwards."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.environment import environment
from deploy.local.first_data import MANAGER, demo_accounts
from deploy.local.fleet import Fleet
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.readers import Readers
from deploy.local.run import shop_parts
from deploy.local.scale import Scale
from deploy.local.supervisor import Supervisor
from shared.db import Database
from shared.passwords import hash_password
from shared.services.accounts import add_proven

# Nothing else is taken over: a variable that leads to somebody's database would have the run write into it.
KEPT = ("PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR")
SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A running shop of this machine.

    Attributes:
        supervisor: of all parts that a run may disturb.
        storefronts: port by name.
        secret: its LOAD_RUN_SECRET.
        staff: e-mail and password of somebody who may see orders.
    """

    url: str
    ports: Ports
    environ: Mapping[str, str] = field(repr=False)
    supervisor: Supervisor
    storefronts: Mapping[str, int]
    secret: str = field(repr=False)
    staff: tuple[str, str] | None = field(default=None, repr=False)


def open_shop(folder: Path, instances: int) -> AbstractAsyncContextManager[Shop]:
    """Start it with so many storefronts behind a balancer, and end it at the end.

    Raises:
        StackFault: a part does not get ready.
    """
    place, ports = Place(folder), Ports.free(instances)
    return open_scaled(place, ports, Scale(Fleet(place, ports, instances), Readers(place, ports)), ports.instance)


@asynccontextmanager
async def open_scaled(
    place: Place, ports: Ports, scale: Scale, storefront_port: Callable[[int], int]
) -> AsyncIterator[Shop]:
    """Start a shop of this scale, whose storefronts listen there by their numbers, and end it at the end.

    Raises:
        StackFault: a part does not get ready.
    """
    assert scale.fleet
    place.make()
    given = {name: os.environ[name] for name in KEPT if name in os.environ}
    given |= {"RATE_ADDRESS_PER_S": "0"}  # all shoppers have one address here
    environ = environment(place.state, ports, scale.readers.offered_to(given))
    async with Supervisor(shop_parts(place, ports, environ, scale), place) as supervisor:
        yield Shop(
            url=f"http://127.0.0.1:{ports.storefront}",
            ports=ports,
            environ=environ,
            supervisor=supervisor,
            storefronts={name: storefront_port(number) for number, name in scale.fleet.names.items()},
            secret=environ["LOAD_RUN_SECRET"],
            staff=(MANAGER, demo_accounts(place)[MANAGER]),
        )


async def open_accounts(shop: Shop, run: str, count: int) -> list[tuple[str, str]]:
    """So many shoppers' accounts, proven, for this run alone; e-mail and password of each."""
    password = secrets.token_hex(SECRET_BYTES)
    hashed = await asyncio.to_thread(hash_password, password)
    emails = [f"account-{number}@{run}.example.com" for number in range(1, count + 1)]
    database = Database(shop.environ["DATABASE_WRITER_URL"])
    try:
        for email in emails:
            await add_proven(database, email, hashed, test_run=run)
    finally:
        await database.close()
    return [(email, password) for email in emails]
