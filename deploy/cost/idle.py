"""A month in which nobody comes: what stands there and is paid for."""

from dataclasses import dataclass

from deploy.cost.figures import HOURS, Figures


@dataclass(frozen=True)
class Part:
    name: str
    made_of: str
    dollars: float


def idle_month(of: Figures) -> list[Part]:
    """The parts of an environment, in dollars a month."""
    return [*_tiers(of), _database(of), _cache(of), *_network(of), _files(of), *_small_things(of)]


def instances(of: Figures) -> int:
    return of.number("WebMin") + of.number("WorkerMin") if of.is_fleet else 1


def _tiers(of: Figures) -> list[Part]:
    each = of.price(f"instance.{of.instance}") * HOURS + of.used("root disk GB") * of.price("disk, GB and month")
    if not of.is_fleet:
        return [Part("instance", f"1 {of.instance}", each)]
    tiers = (("storefronts", "WebMin"), ("workers", "WorkerMin"))
    return [Part(name, f"{of.number(least)} {of.instance}", of.number(least) * each) for name, least in tiers]


def _database(of: Figures) -> Part:
    kind = of.parameters["DatabaseClass"]
    hourly = of.price(f"database.{kind}")
    if of.parameters["Database"] == "aurora":
        count, stored = 1 + of.number("ReadersMin"), of.used("database GB") * of.price("aurora storage, GB and month")
        return Part("database", f"Aurora, {count} {kind}", count * hourly * HOURS + stored)
    count = 2 if of.parameters["Database"] == "rds-standby" else 1
    stored = of.number("DatabaseGigabytes") * of.price("rds storage, GB and month")
    return Part("database", f"RDS, {count} {kind}", count * (hourly * HOURS + stored))


def _cache(of: Figures) -> Part:
    kind, count = of.parameters["CacheClass"], of.number("CacheNodes") if of.is_fleet else 1
    return Part("cache", f"{count} {kind}", count * of.price(f"cache.{kind}") * HOURS)


def _network(of: Figures) -> list[Part]:
    address = of.price("public address, hour") * HOURS
    if not of.is_fleet:
        return [Part("network", "1 address", address)]
    zones = of.number("Zones")
    gateways = zones if of.parameters["NatGateways"] == "each-zone" else 1
    translated = gateways * of.price("nat gateway, hour") * HOURS + of.used("idle NAT GB") * of.price("nat gateway, GB")
    endpoints = int(of.used("endpoints"))
    reached = endpoints * zones * of.price("endpoint and zone, hour") * HOURS
    return [
        Part("NAT gateways", f"{gateways}, with their addresses", translated + gateways * address),
        Part("endpoints", f"{endpoints} in {zones} zones", reached),
        Part(
            "balancer", f"1, an address in each of {zones} zones", of.price("balancer, hour") * HOURS + zones * address
        ),
    ]


def _files(of: Figures) -> Part:
    if of.parameters["MediaStore"] == "ebs":
        size = of.number("MediaGigabytes")
        return Part("files", f"EBS, {size} GB", size * of.price("disk, GB and month"))
    used = of.used("media GB")
    each = of.price("efs, GB and month") + of.price("efs backup, GB and month")
    return Part("files", f"EFS and its backup, {used:g} GB", used * each)


def _small_things(of: Figures) -> list[Part]:
    secrets, alarms, metrics = of.used("secrets"), of.of_environment("alarms"), of.used("metrics")
    logs = instances(of) * of.used("idle log GB")
    pollers = of.number("WorkerMin") if of.is_fleet else 1
    polls = pollers * of.used("polls") / 1e6
    watched = alarms * of.price("alarm, month") + metrics * of.price("metric, month") + logs * of.price("logs, GB")
    kept = secrets * of.price("secret, month") + of.price("key, month")
    return [
        Part("watching", f"{alarms:g} alarms, {metrics:g} metrics, {logs:g} GB of logs", watched),
        Part("queues", f"{polls:g} million empty receives", polls * of.price("sqs requests, million")),
        Part("secrets, key", f"{secrets:g} secrets, 1 key", kept),
        Part("name", "1 zone, 1 health check", of.price("zone, month") + of.price("health check, month")),
    ]
