"""How many orders a second each part bears, and what then."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.cost.figures import Figures, borne
from deploy.cost.orders import DATABASE, SIZES, WEB, WORKER


@dataclass(frozen=True)
class Limit:
    """Of a part, in orders a second."""

    part: str
    orders_per_s: float
    remedy: str


def limits(of: Figures) -> Sequence[Limit]:
    """Of an environment as its parameters have it, the first to break first."""
    found = [*_quotas(of), *_tiers(of), *_writers(of)]
    return sorted(found, key=lambda limit: limit.orders_per_s)


def _quotas(of: Figures) -> list[Limit]:
    mails = of.used("mails a second") / of.used("mails an order")
    cache = of.used("cache operations a second") / of.used("cache operations an order")
    return [
        Limit("SES's quota", mails, "ask for more; what is over waits and is sent later"),
        Limit("one node of the cache", cache, "a larger class; then several shards, which the shop cannot use yet"),
    ]


def _tiers(of: Figures) -> list[Limit]:
    kind, web, workers = of.instance, of.number("WebMax"), of.number("WorkerMax")
    return [
        Limit(
            f"storefronts: {web} {kind}",
            web * borne(of, WEB, of.cores(kind)),
            "a higher WebMax, larger instances, CloudFront before the public pages",
        ),
        Limit(
            f"workers: {workers} {kind}",
            workers * borne(of, WORKER, of.cores(kind)),
            "a higher WorkerMax; the queues hold what is late",
        ),
    ]


def _writers(of: Figures) -> list[Limit]:
    kind, largest = of.parameters["DatabaseClass"], SIZES[-1]
    return [
        Limit(f"the writer: {kind}", borne(of, DATABASE, of.cores(kind)), f"a larger class, up to {largest} here"),
        Limit(
            f"the largest writer: {largest}",
            borne(of, DATABASE, of.cores(largest)),
            "one writer is the end of this design: shops of several regions, each with a database of its own",
        ),
    ]
