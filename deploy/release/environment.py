"""What is deployed where: the file of an environment, held against the templates before AWS is asked at all."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.faults import StackFault, UsageFault
from deploy.release.templates import DEPLOY, Resolver, Template, read_templates

FOLDER = DEPLOY / "params"
BEFORE_VERSION = ("network", "data-queues", "dns", "data", "data-files", "identity")
OF_THE_COMMAND = frozenset({"VersionLabel", "Stage"})


@dataclass(frozen=True)
class Environment:
    """A file of `deploy/params` that fits the templates."""

    name: str
    parameters: Mapping[str, str]

    @property
    def shop(self) -> str:
        """The name of the application; all stacks begin with it."""
        return self.parameters["Name"]

    @property
    def tiers(self) -> tuple[str, ...]:
        """The one instance with a disk runs the workers, too."""
        return ("web",) if self.parameters.get("MediaStore") == "ebs" else ("web", "worker")

    @property
    def stacks(self) -> tuple[str, ...]:
        return (*BEFORE_VERSION, *self.tiers, "alarms")

    def stack(self, template: str) -> str:
        return f"{self.shop}-{template}"

    def given(self, template: Template, **others: str) -> dict[str, str]:
        """The parameters that a template takes from the file and the command."""
        known = {**self.parameters, **others}
        return {name: known[name] for name in template["Parameters"] if name in known}


def read(name: str, folder: Path = FOLDER) -> Environment:
    """Read the file of an environment.

    Raises:
        UsageFault: there is no such file.
        StackFault: it is not what the templates ask for; names everything that is wrong.
    """
    path = folder / f"{name}.json"
    names = sorted(file.stem for file in folder.glob("*.json"))
    if name not in names:
        raise UsageFault(f"there is no environment {name!r}. Those of deploy/params are: {', '.join(names)}")
    try:
        parameters = json.loads(path.read_text("utf-8"))["Parameters"]
    except (ValueError, KeyError, TypeError) as error:
        raise StackFault(f"{path} is not JSON with Parameters: {error}. Put it right, then start again") from None
    wrong = list(_faults(parameters))
    if wrong:
        raise StackFault("\n".join((f"{path} does not fit the templates; nothing was changed:", *wrong)))
    return Environment(name, parameters)


def _faults(parameters: Any) -> Iterator[str]:
    if not isinstance(parameters, dict) or not all(isinstance(value, str) for value in parameters.values()):
        yield "  each of the Parameters must be text in quotes, numbers, too"
        return
    templates = read_templates()
    used = {name: templates[name] for name in Environment("", parameters).stacks}
    asked = {key: about for template in used.values() for key, about in template["Parameters"].items()}
    known = {key for template in templates.values() for key in template["Parameters"]} - OF_THE_COMMAND
    yield from (f"  {key} is no key that a template knows. Take it out" for key in sorted(set(parameters) - known))
    needed = {key for key, about in asked.items() if "Default" not in about} - OF_THE_COMMAND
    missing = sorted(needed - set(parameters))
    yield from (f"  {key} is missing. {asked[key].get('Description', 'Put it in')}" for key in missing)
    given = sorted(set(parameters) & set(asked))
    values = [line for key in given for line in _of_value(key, parameters[key], asked[key])]
    yield from values
    if not missing and not values:
        rules = {said for template in used.values() for said in Resolver(template, parameters).broken_rules()}
        yield from (f"  {said}" for said in sorted(rules))
        yield from _outside(parameters)


def _outside(parameters: Mapping[str, str]) -> Iterator[str]:
    """Names that the zone cannot hold, and senders that SES would not know: no rule of a template can compare ends."""
    domain = parameters["Domain"]
    for key, sign in (("PublicUrl", "://"), ("MailFrom", "@")):
        host = parameters[key].partition(sign)[2]
        if host != domain and not host.endswith(f".{domain}"):
            yield f"  {key} must lie in the Domain {domain}"


def _of_value(key: str, value: str, about: Mapping[str, Any]) -> Iterator[str]:
    allowed = [str(one) for one in about.get("AllowedValues", [value])]
    if value not in allowed:
        yield f"  {key} must be one of {', '.join(allowed)}"
    elif not re.fullmatch(about.get("AllowedPattern", "(?s).*"), value):
        yield f"  {key} must have the form {about['AllowedPattern']}"
    elif about["Type"] == "Number":
        least, most = about.get("MinValue", 0), about.get("MaxValue", 10**9)
        if not value.isdecimal() or not least <= int(value) <= most:
            yield f"  {key} must be a whole number from {least} to {most}"
