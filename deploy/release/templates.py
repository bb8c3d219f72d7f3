"""CloudFormation templates as plain data: read, and worked out for one set of parameters without any account."""

import copy
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

DEPLOY = Path(__file__).parents[1]
FILES = {
    **{path.stem: path for path in sorted((DEPLOY / "cfn").glob("*.yaml"))},
    "web": DEPLOY / "beanstalk-web" / "environment.yaml",
    "worker": DEPLOY / "beanstalk-worker" / "environment.yaml",
}
NOTHING = object()  # what AWS::NoValue stands for
ACCOUNT = {"Partition": "aws", "Region": "eu-central-1", "AccountId": "123456789012"}
Template = dict[str, Any]


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Short forms (!Ref) become long ones ({"Ref": …})."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt":
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@cache
def _read(path: Path) -> str:
    """The template as JSON: the quickest deep copy."""
    return json.dumps(yaml.load(path.read_text(encoding="utf-8"), _Loader))  # noqa: S506 (a SafeLoader)


def read_templates() -> dict[str, Template]:
    return {name: json.loads(_read(path)) for name, path in FILES.items()}


class Resolver:
    def __init__(self, template: Template, given: Mapping[str, str]) -> None:
        declared = template.get("Parameters", {})
        self._template = template
        self._values = {
            name: str(given.get(name, about.get("Default", f"<{name}>"))) for name, about in declared.items()
        }
        self._made: dict[str, bool] = {}

    def resources(self) -> dict[str, Any]:
        items = copy.deepcopy(self._template["Resources"])
        return {
            name: self._value(item)
            for name, item in items.items()
            if "Condition" not in item or self._condition(item["Condition"])
        }

    def without_conditions(self) -> Template:
        decided = {part: self._there(self._template.get(part, {})) for part in ("Resources", "Outputs")}
        return {**self._template, **decided}

    def _there(self, items: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: {key: self._decided(value) for key, value in item.items() if key != "Condition"}
            for name, item in items.items()
            if "Condition" not in item or self._condition(item["Condition"])
        }

    def _decided(self, item: Any) -> Any:
        if isinstance(item, dict):
            if "Fn::If" in item:
                name, yes, no = item["Fn::If"]
                return self._decided(yes if self._condition(name) else no)
            if item == {"Ref": "AWS::NoValue"}:
                return NOTHING
            worked = {key: self._decided(value) for key, value in item.items()}
            return {key: value for key, value in worked.items() if value is not NOTHING}
        if isinstance(item, list):
            return [value for value in map(self._decided, item) if value is not NOTHING]
        return item

    def outputs(self) -> dict[str, Any]:
        return {name: self._value(row["Value"]) for name, row in self._there(self._template["Outputs"]).items()}

    def exports(self) -> set[str]:
        outputs = self._there(self._template.get("Outputs", {}))
        exported = [row["Export"]["Name"] for row in outputs.values() if "Export" in row]
        return {self._import(name).removeprefix("import:") for name in exported}

    def broken_rules(self) -> list[str]:
        return [
            assertion["AssertDescription"]
            for rule in self._template.get("Rules", {}).values()
            if "RuleCondition" not in rule or self._condition(rule["RuleCondition"])
            for assertion in rule["Assertions"]
            if not self._condition(assertion["Assert"])
        ]

    def _condition(self, about: Any) -> bool:
        if isinstance(about, str):
            if about not in self._made:
                self._made[about] = self._condition(self._template["Conditions"][about])
            return self._made[about]
        ((kind, value),) = about.items()
        kinds: Mapping[str, Callable[[], bool]] = {
            "Fn::Equals": lambda: bool(self._value(value[0]) == self._value(value[1])),
            "Fn::Not": lambda: not self._condition(value[0]),
            "Fn::And": lambda: all(map(self._condition, value)),
            "Fn::Or": lambda: any(map(self._condition, value)),
            "Condition": lambda: self._condition(value),
        }
        return kinds[kind]()

    def _value(self, item: Any) -> Any:
        if isinstance(item, dict):
            if len(item) == 1:
                ((kind, value),) = item.items()
                if kind in _FUNCTIONS:
                    return _FUNCTIONS[kind](self, value)
            worked = {key: self._value(value) for key, value in item.items()}
            return {key: value for key, value in worked.items() if value is not NOTHING}
        if isinstance(item, list):
            return [value for value in map(self._value, item) if value is not NOTHING]
        return item

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NOTHING
        if name.startswith("AWS::"):
            return ACCOUNT[name.removeprefix("AWS::")]
        return self._values.get(name, {"Ref": name})

    def _if(self, value: list[Any]) -> Any:
        return self._value(value[1] if self._condition(value[0]) else value[2])

    def _sub(self, value: Any) -> Any:
        text, names = value if isinstance(value, list) else (value, {})
        worked = {name: self._value(item) for name, item in names.items()}

        def fill(match: re.Match[str]) -> str:
            found = worked.get(match[1], self._ref(match[1]) if "." not in match[1] else match[0])
            return found if isinstance(found, str) else match[0]

        return re.sub(r"\$\{([\w:.]+)\}", fill, text)

    def _join(self, value: list[Any]) -> Any:
        parts = self._value(value[1])
        return value[0].join(map(str, parts)) if all(isinstance(part, str) for part in parts) else {"Fn::Join": parts}

    def _import(self, value: Any) -> str:
        return f"import:{self._value(value).removeprefix(self._values.get('Name', '')).removeprefix('-')}"

    def _split(self, value: list[Any]) -> Any:
        whole = self._value(value[1])
        return [whole] if whole.startswith("import:") else whole.split(value[0])

    def _select(self, value: list[Any]) -> Any:
        many = self._value(value[1])
        return many[int(value[0])] if isinstance(many, list) and int(value[0]) < len(many) else {"Fn::Select": value}


_FUNCTIONS: Mapping[str, Callable[[Resolver, Any], Any]] = {
    "Ref": Resolver._ref,
    "Fn::If": Resolver._if,
    "Fn::Sub": Resolver._sub,
    "Fn::Join": Resolver._join,
    "Fn::ImportValue": Resolver._import,
    "Fn::Split": Resolver._split,
    "Fn::Select": Resolver._select,
}
