"""Proof that a test of the templates can fail: beside it stands what to break, and then it must be red."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.deploy.templates import Stacks, Template

PolicyTest = Callable[[Stacks], None]
REMOVED = object()


@dataclass(frozen=True)
class Mutation:
    """One place of one template, and what stands there instead.

    Args:
        where: `data:Cluster.StorageEncrypted` is a property, `data:Cluster/DeletionPolicy` what stands beside them,
            `web:[aws:autoscaling:asg]MinSize` an option, `data:>RedisUrl` an output.
    """

    where: str
    value: Any = REMOVED

    def __str__(self) -> str:
        what = "removed" if self.value is REMOVED else f"→ {json.dumps(self.value)[:60]}"
        return f"{self.where} {what}"

    def applied(self, templates: Mapping[str, Template]) -> Stacks:
        """The templates with this one change; raises LookupError where there is nothing to change."""
        name, _, place = self.where.partition(":")
        changed = {**templates, name: copy.deepcopy(templates[name])}
        if place.startswith("["):
            namespace, _, option = place[1:].partition("]")
            self._change_option(changed[name]["Resources"][name.title()]["Properties"], namespace, option)
        elif place.startswith(">"):
            changed[name]["Outputs"][place.removeprefix(">")]["Value"] = self.value
        else:
            self._change(changed[name]["Resources"], place)
        return Stacks(changed)

    def _change(self, resources: Any, place: str) -> None:
        head, slash, beside = place.partition("/")
        resource, _, path = head.partition(".")
        steps = [resource, beside] if slash else [resource, *(["Properties", *path.split(".")] if path else [])]
        target = resources
        for step in steps[:-1]:
            target = target[_key(target, step)]
        last = _key(target, steps[-1])
        if self.value is REMOVED:
            del target[last]
        else:
            target[last] = self.value

    def _change_option(self, properties: Any, namespace: str, option: str) -> None:
        rows = properties["OptionSettings"]
        for place, row in enumerate(rows):
            setting = row["Fn::If"][1] if "Fn::If" in row else row
            if (setting["Namespace"], setting["OptionName"]) == (namespace, option):
                if self.value is REMOVED:
                    del rows[place]
                else:
                    setting["Value"] = self.value
                return
        raise LookupError(f"there is no option {namespace} {option}")


def _key(target: Any, step: str) -> Any:
    return int(step) if isinstance(target, list) else step


def reddens(*mutations: Mutation) -> Callable[[PolicyTest], PolicyTest]:
    """Say what makes a test red."""

    def note(test: PolicyTest) -> PolicyTest:
        vars(test)["mutations"] = mutations
        return test

    return note


def remove(where: str) -> Mutation:
    return Mutation(where)


def change(where: str, value: Any) -> Mutation:
    return Mutation(where, value)


def proofs(tests: Mapping[str, PolicyTest]) -> Iterator[tuple[str, PolicyTest, Mutation]]:
    for name, test in tests.items():
        for mutation in vars(test).get("mutations", ()):
            yield name, test, mutation


def is_red(test: PolicyTest, stacks: Stacks) -> bool:
    """Whether a test fails; a template that the test can no longer read is a failure, too."""
    try:
        test(stacks)
    except (AssertionError, LookupError, AttributeError, TypeError, ValueError):
        return True
    return False
