"""What a thousand orders cost at a steady rate."""

import math

from deploy.cost.figures import HOURS, Figures, borne
from deploy.cost.idle import Part, idle_month

SIZES = ("db.r6g.large", "db.r6g.2xlarge", "db.r6g.8xlarge")
WEB, WORKER, DATABASE = (f"{who} CPU ms an order" for who in ("storefront", "worker", "database"))
SCALED = {"storefronts", "workers", "database"}  # grow with the orders; all else of an idle month stays as it is


class TooMany(Exception):
    """No size of the writer bears so many orders a second."""


def thousand_orders(of: Figures, rate: float) -> list[Part]:
    """The parts of an environment in dollars for 1,000 orders, at so many orders a second all day."""
    hours = 1000 / rate / 3600
    standing = sum(part.dollars for part in idle_month(of) if part.name not in SCALED) / HOURS
    return [
        *(Part(part.name, part.made_of, part.dollars * hours) for part in _growing(of, rate)),
        Part("what stands there anyway", "", standing * hours),
        Part("traffic, balancer", "", _traffic(of)),
        Part("queues", "", of.used("SQS calls an order") / 1000 * of.price("sqs requests, million")),
        Part(
            "Aurora's requests", "", of.used("Aurora requests an order") / 1000 * of.price("aurora requests, million")
        ),
        Part("mails", "", _mails(of)),
        Part("logs", "", of.used("log kB an order") / 1000 * of.price("logs, GB")),
    ]


def _growing(of: Figures, rate: float) -> list[Part]:
    """In dollars an hour."""
    return [
        _tier(of, "storefronts", of.number("WebMin"), rate / borne(of, WEB, of.cores(of.instance))),
        _tier(of, "workers", of.number("WorkerMin"), rate / borne(of, WORKER, of.cores(of.instance))),
        _database(of, rate),
    ]


def _tier(of: Figures, name: str, least: int, needed: float) -> Part:
    count = max(least, math.ceil(needed))
    return Part(name, f"{count} {of.instance}", count * of.price(f"instance.{of.instance}"))


def _database(of: Figures, rate: float) -> Part:
    for kind in SIZES:
        if borne(of, DATABASE, of.cores(kind)) >= rate:
            count = 1 + of.number("ReadersMin")
            return Part("database", f"{count} {kind}", count * of.price(f"database.{kind}"))
    raise TooMany(f"{rate:g} orders a second")


def _traffic(of: Figures) -> float:
    """A capacity unit of the balancer is 1 GB an hour."""
    sent = of.used("kB an order") / 1000
    return sent * (of.price("traffic to the internet, GB") + of.price("balancer capacity unit, hour"))


def _mails(of: Figures) -> float:
    attached = of.used("attachment kB an order") / 1000
    return of.used("mails an order") * of.price("mails, thousand") + attached * of.price("mail attachments, GB")
