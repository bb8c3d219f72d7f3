"""Make all stacks of an environment in memory, ask each service what is there, and tell the share:

`python -m tests.deploy.inventory [ENV…]`, of all three without ENV. Exits with 1 if too little is there or it is slow.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tests.deploy.account import Made, account_in_memory
from tests.deploy.moto_types import LACKING
from tests.deploy.read_back import absent
from tests.deploy.templates import ENVIRONMENTS

LEAST = 0.95
MOST_S = 60


@dataclass(frozen=True)
class Inventory:
    """What CloudFormation says that it made, against what the services know; ask while the account is there."""

    environment: str
    stacks: Mapping[str, Made]

    @cached_property
    def all(self) -> Made:
        return {f"{stack}.{name}": about for stack, made in self.stacks.items() for name, about in made.items()}

    def id_of(self, stack: str, name: str) -> str:
        return self.stacks[stack][name][1]

    @property
    def unknown_to_moto(self) -> list[str]:
        return sorted(name for name, (kind, _) in self.all.items() if kind in LACKING)

    @cached_property
    def missing(self) -> list[str]:
        known = {name: about for name, about in self.all.items() if about[0] not in LACKING}
        return sorted([*absent(known), *self.unknown_to_moto])

    @property
    def share(self) -> float:
        return 1 - len(self.missing) / len(self.all)

    @property
    def told(self) -> str:
        return f"{len(self.all) - len(self.missing)} of {len(self.all)}"


def main(environments: list[str]) -> int:
    return max(map(_report, environments or list(ENVIRONMENTS)))


def _report(environment: str) -> int:
    begun = time.monotonic()
    with account_in_memory(environment) as account:
        inventory = Inventory(environment, account.create_all())
        told = f"{inventory.told} resources are there ({inventory.share:.1%})"
    took_s = time.monotonic() - begun
    print(f"{environment}: {told}, made and read back in {took_s:.1f} s")  # noqa: T201
    print(f"  not there: {', '.join(inventory.missing)}")  # noqa: T201
    return 0 if inventory.share >= LEAST and took_s <= MOST_S else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
