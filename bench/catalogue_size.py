"""What a catalogue ten and a hundred times as large costs the pages that are made of it.

Rates are requests for each second of CPU of the storefront and of MariaDB. The sizes come one after another, each with
a storefront that has kept nothing.
"""

from bench.pages import unkept
from bench.requests import NUMBERS, get
from bench.rows import Row, beside
from bench.servers import LISTING, pid_of, storefront_part
from bench.visits import UNIT, new_search
from bench.ways import Way, in_turns
from bench.workplace import Bench, open_bench
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from tests.waiting import free_port

SCALES = (1, 10, 100)


async def measure_catalogue_size() -> list[Row]:
    async with open_bench() as bench:
        rates = {scale: await _rates(bench, scale) for scale in SCALES}
    one, *more = SCALES
    return [
        beside(f"{page}-x{scale}", rate, UNIT, limit=rates[one][page])
        for scale in more
        for page, rate in rates[scale].items()
    ]


async def _rates(bench: Bench, scale: int) -> dict[str, float]:
    await plant(bench.database, read_catalogue(), scale)
    port = free_port()
    async with bench.running([storefront_part(bench, port)]) as running:
        pids = [pid_of(running), pid_of(bench.backing.supervisor, "mariadb")]
        asks = {"product": unkept, "listing": _new_listing, "search": new_search}
        ways = {page: Way(pids, port, ask) for page, ask in asks.items()}
        await in_turns(ways.values())
    return {page: way.rate for page, way in ways.items()}


def _new_listing() -> bytes:
    """A filter that nobody set before, and that leaves nothing out."""
    return get(f"{LISTING}?price_max={1000 + next(NUMBERS)}")
