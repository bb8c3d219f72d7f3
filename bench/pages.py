"""Public pages, kept and made, each beside the least that its way could cost.

Rates are requests for each second of CPU that the answering process used: what it would reach alone on a core, whatever
else the machine does, and however slow the askers are.
"""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bench.askers import Ask, count_answers, first_answer
from bench.rows import Row, more_is_better
from bench.workplace import Bench, open_bench
from deploy.local.part import Part
from deploy.local.probes import answers_200
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from tests.faults.processes import cpu_s
from tests.waiting import free_port

ROUNDS, SECONDS = 3, 0.7  # of each way in turn
PRODUCT, LISTING = "/products/merino-jumper", "/shop"
NUMBERS = count()


def request(path: str, *headers: str) -> bytes:
    lines = (f"GET {path} HTTP/1.1", "Host: localhost", "Accept-Encoding: gzip", *headers, "", "")
    return "\r\n".join(lines).encode()


def unkept() -> bytes:
    """A colour that the style does not have: its page is made anew for everybody who asks."""
    return request(f"{PRODUCT}?colour=none-{next(NUMBERS):09}")


@dataclass
class Way:
    """Something to ask for, and how many answers its process gave in how much CPU time."""

    pid: int
    port: int
    ask: Ask
    answers: int = 0
    seconds: float = field(default=0.0)

    async def run(self) -> None:
        before = cpu_s([self.pid])
        self.answers += await count_answers(self.port, self.ask, SECONDS)
        self.seconds += cpu_s([self.pid]) - before

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


async def measure_pages() -> list[Row]:
    async with open_bench() as bench, _servers(bench) as ways:
        for _ in range(ROUNDS):
            for way in ways.values():
                await way.run()
    rate = {name: way.rate for name, way in ways.items()}
    return [
        more_is_better("page", rate["page"], "req/CPU-s", limit=rate["bare"], target=0.6),
        more_is_better("listing", rate["listing"], "req/CPU-s", limit=rate["bare"], target=0.6),
        more_is_better("page-304", rate["page-304"], "req/CPU-s", limit=rate["page"], target=0.7),
        more_is_better("page-made", rate["page-made"], "req/CPU-s", limit=rate["handler"], target=0.4),
    ]


@asynccontextmanager
async def _servers(bench: Bench) -> AsyncIterator[dict[str, Way]]:
    await plant(bench.database, read_catalogue())
    shop, bare = free_port(), free_port()
    async with bench.running([_storefront(bench, shop)]) as storefront:
        for path in (PRODUCT, LISTING):  # kept from now on
            await first_answer(shop, request(path))
        kept = await first_answer(shop, request(PRODUCT))
        file = bench.backing.place.state / "answer"
        file.write_bytes(kept)
        tag = re.search(rb"\r\nEtag: (\S+)", kept)
        assert tag, "no page is kept"
        async with bench.running([_bare_server(bench, bare, file)]) as limits:
            ours, theirs = storefront.rows()[0]["pid"], limits.rows()[0]["pid"]
            yield {
                "bare": Way(theirs, bare, lambda: request("/")),
                "page": Way(ours, shop, lambda: request(PRODUCT)),
                "page-304": Way(ours, shop, lambda: request(PRODUCT, f"If-None-Match: {tag[1].decode()}")),
                "listing": Way(ours, shop, lambda: request(LISTING)),
                "handler": Way(theirs, bare + 1, lambda: request("/")),
                "page-made": Way(ours, shop, unkept),
            }


def _storefront(bench: Bench, port: int) -> Part:
    command = (sys.executable, "-m", "storefront", "--port", str(port))
    environment = {**bench.backing.environment, "RATE_ADDRESS_PER_S": "0"}
    return Part(name="storefront", command=command, environment=environment, probe=answers_200(port, "/readyz"))


def _bare_server(bench: Bench, port: int, answer: Path) -> Part:
    command = (sys.executable, "-m", "bench.bare_server", "--port", str(port), "--answer", str(answer))
    return Part(
        name="bare-server", command=command, environment=bench.backing.environment, probe=answers_200(port + 1, "/")
    )
