"""A storefront of a running bench, and the bare server beside it."""

import sys
from collections.abc import AsyncIterator, Mapping
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
        protocol: of the bare protocol that sends what is kept for the product page, to the byte.
        protocol_of_listing: of the one that sends what is kept for the listing.
        kept: the whole answer for the kept product page.
    """

    shop: int
    shop_pid: int
    protocol: int
    protocol_of_listing: int
    handlers: int
    bare_pid: int
    kept: bytes


@asynccontextmanager
async def open_servers(bench: Bench) -> AsyncIterator[Servers]:
    """Plant the catalogue and start both; the product page and the listing are kept from then on."""
    await plant(bench.database, read_catalogue())
    shop, protocol, protocol_of_listing, handlers = (free_port() for _ in range(4))
    async with bench.running([storefront_part(bench, shop)]) as storefront:
        for _ in range(2):  # made once, then as they are kept
            kept, listing = [await first_answer(shop, get(path)) for path in (PRODUCT, LISTING)]
        answers = {protocol: kept, protocol_of_listing: listing}
        async with bench.running([_bare_part(bench, answers, handlers)]) as bare:
            ports = protocol, protocol_of_listing, handlers
            yield Servers(shop, pid_of(storefront), *ports, pid_of(bare), kept)


def pid_of(supervisor: Supervisor, name: str | None = None) -> int:
    """The process of a running part, by default of the only one."""
    return next(int(row["pid"]) for row in supervisor.rows() if name in (None, row["name"]))


def storefront_part(bench: Bench, port: int) -> Part:
    command = (sys.executable, "-m", "storefront", "--port", str(port))
    environment = {**bench.backing.environment, **UNLIMITED}
    return Part(name="storefront", command=command, environment=environment, probe=answers_200(port, "/readyz"))


def _bare_part(bench: Bench, answers: Mapping[int, bytes], handlers: int) -> Part:
    """Answers by port, and the port of the handlers."""
    command = [sys.executable, "-m", "bench.bare_server", "--handlers", str(handlers)]
    for port, answer in answers.items():
        file = bench.backing.place.state / f"answer-{port}"
        file.write_bytes(answer)
        command += ["--answer", str(port), str(file)]
    environment = bench.backing.environment
    return Part(name="bare-server", command=tuple(command), environment=environment, probe=answers_200(handlers, "/"))
