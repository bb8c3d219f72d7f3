"""Whether this instance wants requests, and what it depends on. A sick dependency never takes it out of rotation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from shared.circuit import Circuit

Dependencies = Mapping[str, Sequence[Circuit]]  # those of a dependency of which there are several, as of readers


@dataclass
class Readiness:
    """`started` is turned on after the first look at everything, `draining` on SIGTERM."""

    dependencies: Dependencies
    started: bool = False
    draining: bool = False
    running: WeakSet[Any] = field(default_factory=WeakSet)  # requests without an answer yet

    @property
    def ready(self) -> bool:
        return self.started and not self.draining

    @property
    def circuits(self) -> Sequence[Circuit]:
        """Each once: without readers of their own the readers are the writer."""
        return tuple({id(circuit): circuit for one in self.dependencies.values() for circuit in one}.values())

    def is_well(self, dependency: str) -> bool:
        return all(circuit.is_well for circuit in self.dependencies[dependency])

    def document(self) -> Mapping[str, Any]:
        is_normal = all(self.is_well(name) for name in self.dependencies)
        return {
            "ready": self.ready,
            "mode": "normal" if is_normal else "reduced",
            "dependencies": {name: self._told(name) for name in self.dependencies},
        }

    def _told(self, dependency: str) -> Mapping[str, str]:
        """Sick since the first of them fell sick, well since the last of them got well."""
        circuits, is_well = self.dependencies[dependency], self.is_well(dependency)
        moments = [circuit.since for circuit in circuits if circuit.is_well == is_well]
        since = max(moments) if is_well else min(moments)
        told = since.isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"state": "well" if is_well else "sick", "since": told}
