"""The environments of Elastic Beanstalk: what each tier runs, how it feels, and what happens there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deploy.release.bundle import TIERS

READY = "Ready"
EVENTS = 50


@dataclass(frozen=True)
class Tier:
    """One tier as it stands; `label` without the tier's name in front."""

    name: str
    environment: str
    label: str
    status: str
    health: str
    url: str

    @property
    def is_green(self) -> bool:
        return self.status == READY and self.health == "Green"

    @property
    def is_well(self) -> bool:
        return self.status == READY and self.health in ("Green", "Grey", "Ok")


class Tiers:
    def __init__(self, client: Any, shop: str) -> None:
        self._client, self._shop = client, shop

    def all(self) -> Mapping[str, Tier]:
        """The tiers that exist, by name."""
        rows = self._client.describe_environments(ApplicationName=self._shop, IncludeDeleted=False)["Environments"]
        found = {row["EnvironmentName"]: row for row in rows if row["Status"] != "Terminated"}
        named = {tier: found.get(f"{self._shop}-{tier}") for tier in TIERS}
        return {tier: _tier(tier, row) for tier, row in named.items() if row is not None}

    def causes(self, tier: str) -> Sequence[str]:
        """Why a tier has the color that it has."""
        found = self._client.describe_environment_health(
            EnvironmentName=f"{self._shop}-{tier}", AttributeNames=["Causes"]
        )
        return [str(cause) for cause in found.get("Causes", [])]

    def events(self, tier: str, since: datetime | None = None) -> Sequence[str]:
        """What happened in a tier, oldest first."""
        start = {} if since is None else {"StartTime": since}
        found = self._client.describe_events(
            ApplicationName=self._shop, EnvironmentName=f"{self._shop}-{tier}", MaxRecords=EVENTS, **start
        )
        return [f"{row['EventDate']:%H:%M:%S} {row['Severity']} {row['Message']}" for row in reversed(found["Events"])]

    def news(self, tier: str) -> Callable[[], Sequence[str]]:
        """A question that tells, each time it is asked, what has happened since it was last asked."""
        begin, told = datetime.now(UTC), set[str]()

        def ask() -> Sequence[str]:
            fresh = [line for line in self.events(tier, begin) if line not in told]
            told.update(fresh)
            return fresh

        return ask


def _tier(name: str, row: Mapping[str, Any]) -> Tier:
    label = str(row.get("VersionLabel", "")).removeprefix(f"{name}-")
    address = row.get("CNAME") or row.get("EndpointURL") or ""
    return Tier(name, row["EnvironmentName"], label, row["Status"], row.get("Health", "Grey"), address)
