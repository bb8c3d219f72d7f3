"""Whether this instance wants requests, and what it depends on. A sick dependency never takes it out of rotation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from weakref import WeakSet

DEPENDENCIES = ("writer", "readers", "redis", "sqs", "payment", "media")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Health:
    is_well: bool
    since: datetime


@dataclass
class Readiness:
    """`ready` is turned on after the first look at everything, `draining` on SIGTERM."""

    clock: Callable[[], datetime] = _now
    started: bool = False
    draining: bool = False
    running: WeakSet[Any] = field(default_factory=WeakSet)  # requests without an answer yet
    health: dict[str, Health] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        return self.started and not self.draining

    def note(self, dependency: str, is_well: bool) -> bool:
        """Remember how a dependency is; tells whether that changed."""
        before = self.health.get(dependency)
        if before is None or before.is_well != is_well:
            self.health[dependency] = Health(is_well, self.clock())
            return before is not None or not is_well
        return False

    def document(self) -> Mapping[str, Any]:
        states = {name: _told(self.health[name]) for name in DEPENDENCIES if name in self.health}
        is_normal = all(health.is_well for health in self.health.values())
        return {"ready": self.ready, "mode": "normal" if is_normal else "reduced", "dependencies": states}


def _told(health: Health) -> Mapping[str, str]:
    since = health.since.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"state": "well" if health.is_well else "sick", "since": since}
