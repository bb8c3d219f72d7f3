"""A storefront of a running bench, and the bare server beside it."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.askers import first_answer
from bench.requests import get
from bench.workplace import Bench
from deploy.local.part import Part
from deploy.local.probes import answers_200
from deploy.local.supervisor import Supervisor
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from tests.waiting import free_port

PRODUCT, LISTING = "/products/merino-jumper", "/shop"
UNLIMITED = {"RATE_ADDRESS_PER_S": "0", "RATE_SIGN_IN_PER_H": "0"}  # all askers have one address


@dataclass(frozen=True)
class Servers:
    """Ports and processes.

    Attributes:
        kept: the whole answer for the kept product page, which the protocol sends too.
    """

    shop: int
    shop_pid: int
    protocol: int
    handlers: int
    bare_pid: int
    kept: bytes


@asynccontextmanager
async def open_servers(bench: Bench) -> AsyncIterator[Servers]:
    """Plant the catalogue and start both; the product page and the listing are kept from then on."""
    await plant(bench.database, read_catalogue())
    shop, protocol, handlers = free_port(), free_port(), free_port()
    async with bench.running([storefront_part(bench, shop)]) as storefront:
        await first_answer(shop, get(LISTING))
        for _ in range(2):  # made once, then as it is kept
            kept = await first_answer(shop, get(PRODUCT))
        async with bench.running([_bare_part(bench, (protocol, handlers), kept)]) as bare:
            yield Servers(shop, pid_of(storefront), protocol, handlers, pid_of(bare), kept)


def pid_of(supervisor: Supervisor, name: str | None = None) -> int:
    """The process of a running part, by default of the only one."""
    return next(int(row["pid"]) for row in supervisor.rows() if name in (None, row["name"]))


def storefront_part(bench: Bench, port: int) -> Part:
    command = (sys.executable, "-m", "storefront", "--port", str(port))
    environment = {**bench.backing.environment, **UNLIMITED}
    return Part(name="storefront", command=command, environment=environment, probe=answers_200(port, "/readyz"))


def _bare_part(bench: Bench, ports: tuple[int, int], answer: bytes) -> Part:
    file = bench.backing.place.state / "answer"
    file.write_bytes(answer)
    command = (sys.executable, "-m", "bench.bare_server", "--ports", *map(str, ports), "--answer", str(file))
    environment = bench.backing.environment
    return Part(name="bare-server", command=command, environment=environment, probe=answers_200(ports[1], "/"))
