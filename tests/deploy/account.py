"""An AWS account in memory, into which the templates go as `aws cloudformation deploy` would bring them."""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
import yaml  # type: ignore[import-untyped]
from moto import mock_aws
from moto.cloudformation import parsing
from moto.cloudformation.models import cloudformation_backends
from moto.efs.models import AccessPoint, FileSystem
from moto.rds.models import DBParameterGroup

from tests.deploy.moto_models import client, models
from tests.deploy.templates import Stacks, Template, parameters_of, read_templates

ACCOUNT = "123456789012"  # moto's
REGION = "eu-central-1"
ORDER = ("network", "data-queues", "dns", "data", "data-files", "identity", "worker", "web", "alarms")
Made = Mapping[str, tuple[str, str]]  # name → type, physical id
_load = yaml.load
KEYS = {
    "AWS_ACCESS_KEY_ID": "memory",
    "AWS_SECRET_ACCESS_KEY": "memory",
    "AWS_DEFAULT_REGION": REGION,
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
}


class Account:
    def __init__(self, environment: str) -> None:
        self.environment = environment
        self.name = parameters_of(environment)["Name"]

    def create_all(self) -> Mapping[str, Made]:
        """Every stack, in the order of deploy/README.md; what each made."""
        has_workers = parameters_of(self.environment)["MediaStore"] == "efs"
        stacks = [stack for stack in ORDER if stack != "worker" or has_workers]
        for stack in stacks:
            self.create(stack)
        return {stack: self.made(stack) for stack in stacks}

    def create(self, stack: str, **others: str) -> None:
        template = prepared(stack, self.environment, **others)
        given = {**parameters_of(self.environment), "VersionLabel": "first", **others}
        boto3.client("cloudformation").create_stack(
            StackName=f"{self.name}-{stack}",
            TemplateBody=json.dumps(template),
            Parameters=[
                {"ParameterKey": name, "ParameterValue": given[name]}
                for name in template["Parameters"]
                if name in given
            ],
            Capabilities=["CAPABILITY_IAM"],
        )

    def made(self, stack: str) -> Made:
        """What CloudFormation holds; whether it exists, its service must say.

        Read from moto itself, whose `describe_stack_resources` loses the names of some.
        """
        stacks = cloudformation_backends[ACCOUNT][REGION].stacks.values()
        (held,) = [found.resource_map for found in stacks if found.name == f"{self.name}-{stack}"]
        return {
            name: (about["Type"], _id_of(held[name]))
            for name, about in held._resource_json_map.items()
            if name in held._parsed_resources
        }


def _id_of(made: object) -> str:
    """The physical id; a few of moto's resources have a name only, and rules of security groups have neither."""
    found = getattr(made, "physical_resource_id", None) or getattr(made, "name", None)
    return str(found or "")


def prepared(stack: str, environment: str, **others: str) -> Template:
    """A template without what moto stumbles over: AWS::NoValue in lists, cluster members without a version."""
    template = Stacks(read_templates()).without_conditions(stack, environment, **others)
    for item in template["Resources"].values():
        if item["Type"] == "AWS::RDS::DBInstance" and item["Properties"]["Engine"] == "aurora-mysql":
            item["Properties"]["EngineVersion"] = "8.0.mysql_aurora.3.13.0"
    return template


def quick_load(text: str, Loader: Any) -> Any:  # noqa: N803 (as yaml calls it)
    """JSON is YAML, too, and read a hundred times faster."""
    return json.loads(text) if text.startswith("{") else _load(text, Loader)


@contextmanager
def account_in_memory(environment: str) -> Iterator[Account]:
    taught = {**parsing.get_model_map(), **models()}
    with (
        warnings.catch_warnings(),
        patch.dict("os.environ", KEYS),
        patch.object(parsing, "get_model_map", lambda: taught),
        patch.object(yaml, "load", quick_load),
        patch.object(DBParameterGroup, "physical_resource_id", property(lambda made: made.name), create=True),
        patch.object(AccessPoint, "physical_resource_id", property(lambda made: made.access_point_id), create=True),
        patch.object(FileSystem, "get_cfn_attribute", lambda made, name: made.file_system_arn, create=True),
        patch.object(AccessPoint, "get_cfn_attribute", lambda made, name: made.access_point_arn, create=True),
        patch.object(AccessPoint, "has_cfn_attr", lambda name: name == "Arn", create=True),
        mock_aws(),
    ):
        client.cache_clear()
        warnings.simplefilter("ignore")  # moto's own libraries warn of each other
        yield Account(environment)
