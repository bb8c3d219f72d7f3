"""A small stand-in of the calls of Elastic Beanstalk that moto lacks: versions, events, and what environments run."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from moto.cloudformation import parsing
from moto.core.responses import ActionResult, EmptyResult
from moto.elasticbeanstalk.exceptions import InvalidParameterValueError
from moto.elasticbeanstalk.responses import EBResponse

ENVIRONMENT = "AWS::ElasticBeanstalk::Environment"
Row = dict[str, Any]


@dataclass
class Beanstalk:
    """What it keeps, as its API tells it; a version is read in the time between two looks."""

    versions: dict[str, Row] = field(default_factory=dict)
    environments: dict[str, Row] = field(default_factory=dict)
    happened: list[Row] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)  # versions whose bundle it cannot process
    failing: set[str] = field(default_factory=set)  # versions that do not start
    states: dict[str, list[Row]] = field(
        default_factory=dict
    )  # version → its state at each look, the last one for ever

    def bring(self, properties: Row) -> Row:
        """Create an environment, or bring it to other properties.

        Raises:
            InvalidParameterValueError: there is no such version, or it does not start.
        """
        name, label = properties["EnvironmentName"], properties["VersionLabel"]
        if label not in self.versions:
            raise InvalidParameterValueError(f"No Application Version named '{label}' found.")
        if label in self.failing:
            self._note(name, "ERROR", f"Failed to deploy {label}.")
            raise InvalidParameterValueError(f"Environment {name} did not get healthy with {label}")
        self._note(name, "INFO", f"New application version {label} was deployed to running EC2 instances.")
        self.environments[name] = {
            "ApplicationName": properties["ApplicationName"],
            "EnvironmentName": name,
            "VersionLabel": label,
            "Status": "Ready",
            "Health": "Green",
            "EndpointURL": f"{name}.eu-central-1.elb.amazonaws.com",
        }
        return self.environments[name]

    def _note(self, environment: str, severity: str, message: str) -> None:
        event = {"EventDate": datetime.now(UTC), "EnvironmentName": environment, "Severity": severity}
        self.happened.append({**event, "Message": message})

    def create_version(self, given: Row) -> ActionResult:
        if given["VersionLabel"] in self.versions:
            raise InvalidParameterValueError(f"Application Version {given['VersionLabel']} already exists.")
        row = {**given, "Status": "PROCESSING", "DateCreated": datetime.now(UTC)}
        self.versions[given["VersionLabel"]] = row
        return ActionResult({"ApplicationVersion": dict(row)})

    def describe_versions(self, given: Row) -> ActionResult:
        wanted = given.get("VersionLabels") or list(self.versions)
        found = [self.versions[label] for label in wanted if label in self.versions]
        told = [dict(row) for row in found if row["ApplicationName"] == given["ApplicationName"]]
        for row in (row for row in found if row["Status"] == "PROCESSING"):
            row["Status"] = "FAILED" if row["VersionLabel"] in self.unreadable else "PROCESSED"
        return ActionResult({"ApplicationVersions": told})

    def delete_version(self, given: Row) -> EmptyResult:
        del self.versions[given["VersionLabel"]]
        return EmptyResult()

    def describe_environments(self, given: Row) -> ActionResult:
        rows = self.environments.values()
        for row in rows:
            states = self.states.get(row["VersionLabel"], [{}])
            row.update(states.pop(0) if len(states) > 1 else states[0])
        return ActionResult(
            {"Environments": [row for row in rows if row["ApplicationName"] == given["ApplicationName"]]}
        )

    def describe_health(self, given: Row) -> ActionResult:
        color = self.environments[given["EnvironmentName"]]["Health"]
        return ActionResult({"Color": color, "Causes": [f"50 % of the requests are {color.lower()}."]})

    def describe_events(self, given: Row) -> ActionResult:
        """Newest first, as AWS tells them."""
        found = [row for row in reversed(self.happened) if row["EnvironmentName"] == given["EnvironmentName"]]
        if "StartTime" in given:
            found = [row for row in found if row["EventDate"] >= given["StartTime"].replace(tzinfo=UTC)]
        return ActionResult({"Events": found[: given["MaxRecords"]]})


@contextmanager
def beanstalk_in_memory() -> Iterator[Beanstalk]:
    """Inside of an account in memory: its Elastic Beanstalk, and the environments of its stacks."""
    stand_in = Beanstalk()
    calls = {
        "create_application_version": stand_in.create_version,
        "describe_application_versions": stand_in.describe_versions,
        "delete_application_version": stand_in.delete_version,
        "describe_environments": stand_in.describe_environments,
        "describe_environment_health": stand_in.describe_health,
        "describe_events": stand_in.describe_events,
    }
    models = {**parsing.get_model_map(), ENVIRONMENT: _model(stand_in)}
    with ExitStack() as patches:
        for name, answer in calls.items():
            call = lambda response, answer=answer: answer(response._get_params())  # noqa: E731
            patches.enter_context(patch.object(EBResponse, name, call, create=True))
        patches.enter_context(patch.object(parsing, "get_model_map", lambda: models))
        yield stand_in


def _model(stand_in: Beanstalk) -> Any:
    class Environment:
        def __init__(self, row: Row) -> None:
            self.physical_resource_id, self.row = row["EnvironmentName"], row

        @staticmethod
        def cloudformation_type() -> str:
            return ENVIRONMENT

        @staticmethod
        def has_cfn_attr(attribute: str) -> bool:
            return attribute == "EndpointURL"

        def get_cfn_attribute(self, attribute: str) -> str:
            return str(self.row[attribute])

        def is_created(self) -> bool:
            return True

        @classmethod
        def create_from_cloudformation_json(cls, _name: str, definition: Row, *_: Any, **__: Any) -> "Environment":
            return cls(stand_in.bring(definition["Properties"]))

        @classmethod
        def update_from_cloudformation_json(cls, *_: Any, cloudformation_json: Row, **__: Any) -> "Environment":
            return cls(stand_in.bring(cloudformation_json["Properties"]))

    return Environment
