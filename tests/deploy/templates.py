"""The templates with the parameters of each environment, as tests ask for them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from deploy.release.templates import DEPLOY, FILES, Resolver, Template, read_templates

__all__ = ["DEPLOY", "ENVIRONMENTS", "FILES", "Stacks", "Template", "parameters_of", "read_templates"]
ENVIRONMENTS = tuple(sorted(path.stem for path in (DEPLOY / "params").glob("*.json")))


@cache
def parameters_of(environment: str) -> Mapping[str, str]:
    found: dict[str, str] = json.loads((DEPLOY / "params" / f"{environment}.json").read_text("utf-8"))["Parameters"]
    return found


@dataclass(frozen=True)
class Stacks:
    """All templates; a test asks for the resources that one environment gets of one of them."""

    templates: Mapping[str, Template]

    def resources(self, template: str, environment: str = "prod", **others: str) -> dict[str, Any]:
        """Name → resource with its intrinsic functions worked out; what only AWS knows stays a function.

        Args:
            others: parameters that differ from those of the environment.
        """
        raw = self.templates[template]
        return Resolver(raw, {**parameters_of(environment), **others}).resources()

    def of_type(self, template: str, kind: str, environment: str = "prod", **others: str) -> dict[str, Any]:
        """Name → properties of all resources of a type."""
        found = self.resources(template, environment, **others)
        return {name: item.get("Properties", {}) for name, item in found.items() if item["Type"] == kind}

    def properties(self, template: str, name: str, environment: str = "prod", **others: str) -> dict[str, Any]:
        found: dict[str, Any] = self.resources(template, environment, **others)[name]["Properties"]
        return found

    def options(self, tier: str, environment: str = "prod", **others: str) -> dict[tuple[str, str], Any]:
        """(namespace, name) → value of the tier's environment."""
        properties = self.properties(tier, tier.title(), environment, **others)
        return {(row["Namespace"], row["OptionName"]): row["Value"] for row in properties["OptionSettings"]}

    def without_conditions(self, template: str, environment: str, **others: str) -> Template:
        """The template for these parameters with every condition decided and all else untouched."""
        return Resolver(self.templates[template], {**parameters_of(environment), **others}).without_conditions()

    def outputs(self, template: str, environment: str = "prod", **others: str) -> dict[str, Any]:
        """Name → value of what the stack tells others."""
        return Resolver(self.templates[template], {**parameters_of(environment), **others}).outputs()

    def exports(self, template: str, environment: str) -> set[str]:
        """What other stacks may import from this one."""
        return Resolver(self.templates[template], parameters_of(environment)).exports()

    def broken_rules(self, template: str, environment: str, **others: str) -> list[str]:
        """What the template's own rules say against these parameters."""
        return Resolver(self.templates[template], {**parameters_of(environment), **others}).broken_rules()
