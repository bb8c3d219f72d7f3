"""One, two and four storefronts behind one HAProxy, which sends to the first few of them in turns.

Rates are those of this machine: the askers, HAProxy and the stores have the same cores.
"""

from collections.abc import Mapping
from pathlib import Path

from bench.pages import unkept
from bench.rows import Row, beside
from bench.servers import UNLIMITED
from bench.visits import API_ITEMS, adding, cart_cookies
from bench.ways import ROUNDS, Way
from bench.workplace import open_bench
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from tests.fleets import RunningFleet, open_fleet

COUNTS = (1, 2, 4)
SECONDS = 1.0
LEAD_S = 0.3  # connections to a storefront that is new in the rotation are made before it counts


async def measure_processes() -> list[Row]:
    async with open_bench() as bench:
        await plant(bench.database, read_catalogue())
        folder = Path(bench.backing.place.state) / "fleet"
        browsers = await cart_cookies(bench, "adder")
        async with open_fleet(bench.backing, folder, COUNTS[-1], is_sticky=False, **UNLIMITED) as fleet:
            port = fleet.ports.storefront
            ways = {
                count: {"": Way([], port, unkept), "-cart": Way([], port, adding(API_ITEMS, bench, browsers))}
                for count in COUNTS
            }
            await _in_turns(fleet, ways)
    one, *more = COUNTS
    return [
        beside(
            f"processes-{count}{kind}",
            way.rate_on_this_machine,
            "req/s",
            limit=ways[one][kind].rate_on_this_machine,
        )
        for count in more
        for kind, way in ways[count].items()
    ]


async def _in_turns(fleet: RunningFleet, ways: Mapping[int, Mapping[str, Way]]) -> None:
    for _ in range(ROUNDS):
        for count, both in ways.items():
            await _use(fleet, count)
            for way in both.values():
                await Way([], way.port, way.ask).run(LEAD_S)
                await way.run(SECONDS)


async def _use(fleet: RunningFleet, count: int) -> None:
    """Let HAProxy send to the first so many of them only."""
    for number, name in enumerate(fleet.storefronts, 1):
        if number <= count:
            await fleet.rotation.put_back(name)
        else:
            await fleet.rotation.take_out(name)
