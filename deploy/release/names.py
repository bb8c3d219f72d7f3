"""The zone of the shop's domain: what its registrar must name before a certificate can be had."""

from collections.abc import Callable, Sequence
from typing import Any


def advice(cloudformation: Any, route53: Any, stack: str) -> Callable[[], Sequence[str]]:
    """A question that tells once, as soon as the stack's zone is there, what the certificate waits for."""
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
    return f"the certificate waits until the registrar of {zone['HostedZone']['Name']} names {servers}"
