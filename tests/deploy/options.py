"""Checks option settings of Elastic Beanstalk, which cfn-lint does not look into: AWS alone would find a wrong name.

beanstalk_options.json is AWS's table of namespaces and options, with the values or the range that each takes.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Settings = Mapping[tuple[str, str], Any]
Namespaces = Mapping[str, Mapping[str, Mapping[str, Any]]]

TABLE: Namespaces = json.loads((Path(__file__).parent / "beanstalk_options.json").read_text("utf-8"))
NAMED = (  # namespaces that carry a name of the user's own → the one that stands for them in the table
    (r"aws:elasticbeanstalk:environment:process:\w+", "aws:elasticbeanstalk:environment:process:default"),
    (r"aws:elbv2:listener:\d+", "aws:elbv2:listener:listener_port"),
    (r"aws:elbv2:listenerrule:\w+", "aws:elbv2:listenerrule:rule_name"),
)
EB = "aws:elasticbeanstalk:"
LAUNCH, BALANCER, TRIGGER = "aws:autoscaling:launchconfiguration", "aws:elbv2:loadbalancer", "aws:autoscaling:trigger"
DAEMON = f"{EB}sqsd"
MANAGED = ((f"{EB}managedactions", "PreferredStartTime"), (f"{EB}managedactions:platformupdate", "UpdateLevel"))
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def faults(settings: Settings) -> list[str]:
    """Everything that AWS would refuse, one line each."""
    single = [fault for (space, name), value in settings.items() for fault in _faults_of(space, name, value)]
    return single + [words for is_fault, words in TOGETHER if is_fault(settings)]


def _faults_of(space: str, name: str, value: Any) -> Iterator[str]:
    options = TABLE.get(space) or next((TABLE[base] for form, base in NAMED if re.fullmatch(form, space)), None)
    if options is None:
        yield f"{space}: no such namespace"
    elif (about := options.get(name, options.get("*"))) is None:
        yield f"{space} {name}: no such option"
    elif not isinstance(value, str):
        yield f"{space} {name}: {value!r} is no string"
    elif not value.startswith("import:"):
        yield from _faults_of_value(f"{space} {name}", about, value)


def _faults_of_value(where: str, about: Mapping[str, Any], value: str) -> Iterator[str]:
    if "enum" in about and value not in about["enum"]:
        yield f"{where}: {value} is none of {', '.join(about['enum'])}"
    if "range" in about:
        least, most = about["range"]
        if not NUMBER.fullmatch(value) or not least <= float(value) <= most:
            yield f"{where}: {value} is not within {least:g} and {most:g}"
    if about.get("arn") and not value.startswith("arn:"):
        yield f"{where}: {value} is no ARN"


def _number(settings: Settings, space: str, name: str, default: float) -> float:
    value = str(settings.get((space, name), default))
    return float(value) if NUMBER.fullmatch(value) else default


def _has(space: str, name: str, *values: str) -> Callable[[Settings], bool]:
    return lambda settings: settings.get((space, name)) in values


def _lacks(settings: Settings, *keys: tuple[str, str]) -> bool:
    return any(not settings.get(key) for key in keys)


_is_immutable = _has(f"{EB}command", "DeploymentPolicy", "Immutable", "TrafficSplitting")
_is_split = _has(f"{EB}command", "DeploymentPolicy", "TrafficSplitting")
_is_enhanced = _has(f"{EB}healthreporting:system", "SystemType", "enhanced")
_has_alb = _has(f"{EB}environment", "LoadBalancerType", "application")
_has_own_groups = _has(LAUNCH, "DisableDefaultEC2SecurityGroup", "true")
_is_managed = _has(f"{EB}managedactions", "ManagedActionsEnabled", "true")
_is_fleet = _has(f"{EB}environment", "EnvironmentType", "LoadBalanced")

# What holds between options.
TOGETHER: tuple[tuple[Callable[[Settings], bool], str], ...] = (
    (
        lambda s: _has_own_groups(s) and _lacks(s, (LAUNCH, "SecurityGroups")),
        "without the default group, instances need SecurityGroups",
    ),
    (
        lambda s: _has_own_groups(s) and _has_alb(s) and _lacks(s, (BALANCER, "SecurityGroups")),
        "without the default group, the balancer needs SecurityGroups",
    ),
    (
        lambda s: _is_managed(s) and _lacks(s, *MANAGED),
        "managed updates need PreferredStartTime and UpdateLevel",
    ),
    (lambda s: (_is_immutable(s) or _is_managed(s)) and not _is_enhanced(s), "this needs enhanced health"),
    (lambda s: _is_split(s) and not _has_alb(s), "traffic is split by an application load balancer only"),
    (
        lambda s: _number(s, DAEMON, "InactivityTimeout", 299) >= _number(s, DAEMON, "VisibilityTimeout", 300),
        "InactivityTimeout must be shorter than VisibilityTimeout",
    ),
    (
        lambda s: (
            (TRIGGER, "Period") in s
            and _number(s, TRIGGER, "BreachDuration", 5)
            != _number(s, TRIGGER, "Period", 5) * _number(s, TRIGGER, "EvaluationPeriods", 1)
        ),
        "BreachDuration must be Period times EvaluationPeriods",
    ),
    (
        lambda s: _number(s, "aws:autoscaling:asg", "MinSize", 1) > _number(s, "aws:autoscaling:asg", "MaxSize", 4),
        "MinSize is above MaxSize",
    ),
    (
        lambda s: not _is_fleet(s) and any(space.startswith("aws:elbv2:") for space, _ in s),
        "a single instance has no load balancer",
    ),
)
