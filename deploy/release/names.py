"""The zone of the shop's domain: what its registrar must name before anybody finds the shop."""

from collections.abc import Callable, Sequence
from typing import Any


def advice(cloudformation: Any, route53: Any, stack: str) -> Callable[[], Sequence[str]]:
    """A question that tells once, as soon as the stack's zone is there, which servers answer for it."""
    told = False

    def ask() -> Sequence[str]:
        nonlocal told
        rows = [] if told else cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
        zones = [row["PhysicalResourceId"] for row in rows if row["LogicalResourceId"] == "Zone"]
        told = told or bool(zones)
        return [_sentence(route53.get_hosted_zone(Id=zone)) for zone in zones]

    return ask


def _sentence(zone: Any) -> str:
    servers = ", ".join(zone["DelegationSet"]["NameServers"])
    domain = zone["HostedZone"]["Name"].rstrip(".")
    return f"let the registrar of {domain} name {servers}; until then {domain} leads nowhere and gets no certificate"
