"""Public pages, kept and made, direct and through HAProxy, each beside the least that its way could cost.

Rates are requests for each second of CPU that the answering processes used: what they would reach alone on a core,
whatever else the machine does, and however slow the askers are.
"""

import re
from collections.abc import Iterable

from bench.requests import NUMBERS, get
from bench.rows import Row, more_is_better
from bench.servers import LISTING, PRODUCT, Servers, open_servers, pid_of
from bench.ways import ROUNDS, Way, in_turns
from bench.workplace import Bench, open_bench
from deploy.local.balancer import Balancer
from deploy.local.part import BALANCER
from deploy.local.ports import Ports
from deploy.local.rotation import Rotation
from tests.fleets import by_themselves

SHOP, BARE, BARE_LISTING = "shop", "bare", "bare-listing"  # behind HAProxy


def unkept() -> bytes:
    """A colour that the style does not have: its page is made anew for everybody who asks."""
    return get(f"{PRODUCT}?colour=none-{next(NUMBERS):09}")


async def measure_pages() -> list[Row]:
    async with open_bench() as bench, open_servers(bench) as servers:
        ways = _direct(servers)
        await in_turns(ways.values())
        ways |= await _balanced(bench, servers)
    rate = {name: way.rate for name, way in ways.items()}
    return [
        more_is_better("page", rate["page"], "req/CPU-s", limit=rate["bare"], target=0.6),
        more_is_better("listing", rate["listing"], "req/CPU-s", limit=rate["bare-listing"], target=0.6),
        more_is_better("page-304", rate["page-304"], "req/CPU-s", limit=rate["page"], target=0.7),
        more_is_better("page-made", rate["page-made"], "req/CPU-s", limit=rate["handler"], target=0.4),
        *(
            more_is_better(name, rate[name], "req/CPU-s", limit=rate[limit], target=0.75)
            for name, limit in (("page-haproxy", "bare-haproxy"), ("listing-haproxy", "bare-listing-haproxy"))
        ),
    ]


def _direct(servers: Servers) -> dict[str, Way]:
    ours, theirs = [servers.shop_pid], [servers.bare_pid]
    tag = re.search(rb"\r\nEtag: (\S+)", servers.kept)
    assert tag, "no page is kept"
    return {
        "bare": Way(theirs, servers.protocol, lambda: get("/")),
        "bare-listing": Way(theirs, servers.protocol_of_listing, lambda: get("/")),
        "page": Way(ours, servers.shop, lambda: get(PRODUCT)),
        "page-304": Way(ours, servers.shop, lambda: get(PRODUCT, f"If-None-Match: {tag[1].decode()}")),
        "listing": Way(ours, servers.shop, lambda: get(LISTING)),
        "handler": Way(theirs, servers.handlers, lambda: get("/")),
        "page-made": Way(ours, servers.shop, unkept),
    }


async def _balanced(bench: Bench, servers: Servers) -> dict[str, Way]:
    """All behind one HAProxy, which sends to one of them at a time; its CPU counts, too."""
    ports = Ports.free()
    behind = {SHOP: servers.shop, BARE: servers.protocol, BARE_LISTING: servers.protocol_of_listing}
    balancer = Balancer(bench.backing.place, ports, behind, is_sticky=False)
    parts = by_themselves([balancer.part(bench.backing.environment)])
    async with bench.running(parts) as running:
        front = pid_of(running, BALANCER)
        ours, theirs = [front, servers.shop_pid], [front, servers.bare_pid]
        ways = {
            "bare-haproxy": (BARE, Way(theirs, ports.storefront, lambda: get("/"))),
            "page-haproxy": (SHOP, Way(ours, ports.storefront, lambda: get(PRODUCT))),
            "bare-listing-haproxy": (BARE_LISTING, Way(theirs, ports.storefront, lambda: get("/"))),
            "listing-haproxy": (SHOP, Way(ours, ports.storefront, lambda: get(LISTING))),
        }
        for _ in range(ROUNDS):
            for server, way in ways.values():
                await _only(balancer.rotation, server, behind)
                await way.run()
    return {name: way for name, (_, way) in ways.items()}


async def _only(rotation: Rotation, used: str, all_of_them: Iterable[str]) -> None:
    await rotation.put_back(used)
    for idle in set(all_of_them) - {used}:
        await rotation.take_out(idle)
