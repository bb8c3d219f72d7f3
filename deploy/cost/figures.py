"""Prices, assumptions and parameters, read from their files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HOURS = 730  # of a month


@dataclass(frozen=True)
class Figures:
    """Everything that a sum is made of; a name that is missing is a KeyError."""

    about_prices: Mapping[str, Any]
    usage: Mapping[str, Mapping[str, Any]]
    parameters: Mapping[str, str]
    environment: str

    def price(self, name: str) -> float:
        """In dollars."""
        return float(self.about_prices["prices"][name])

    def used(self, name: str) -> float:
        return float(self.usage[name]["value"])

    def of_environment(self, name: str) -> float:
        return float(self.usage[name][self.environment])

    def cores(self, kind: str) -> float:
        return float(self.usage["cores"][kind])

    def number(self, name: str) -> int:
        return int(self.parameters[name])

    @property
    def is_fleet(self) -> bool:
        return self.parameters["Mode"] == "ha"

    @property
    def instance(self) -> str:
        """The first of its types, as Auto Scaling prefers it."""
        return self.parameters["InstanceTypes"].split(",")[0]


def read_figures(environment: str) -> Figures:
    parameters = json.loads((HERE.parent / "params" / f"{environment}.json").read_text("utf-8"))["Parameters"]
    prices, usage = (json.loads((HERE / f"{name}.json").read_text("utf-8")) for name in ("prices", "usage"))
    return Figures(prices, usage, parameters, environment)


def borne(of: Figures, cpu: str, cores: float) -> float:
    """Orders a second that so many cores bear, each of which takes so much CPU."""
    return cores * of.used("busy share") * 1000 / of.used(cpu)
