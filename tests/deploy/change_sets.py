"""Change sets in moto, brought to what `./shop deploy` needs: exports of other stacks, outputs, failures, rollbacks."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.cloudformation.models import ChangeSet, CloudFormationBackend
from moto.cloudformation.parsing import ResourceMap
from moto.cloudformation.responses import CloudFormationResponse
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from deploy.release.templates import FILES
from tests.deploy.account import prepared
from tests.deploy.moto_models import client

NAMES = {path.read_text("utf-8"): name for name, path in FILES.items()}


def without_stumbling_blocks(environment: str, session: Any) -> Any:
    """Let a session send templates that moto can read, instead of those that AWS would get."""

    def prepare(params: dict[str, Any], **_: Any) -> None:
        if "TemplateBody" in params:
            given = {row["ParameterKey"]: row["ParameterValue"] for row in params["Parameters"]}
            params["TemplateBody"] = json.dumps(prepared(NAMES[params["TemplateBody"]], environment, **given))

    session.events.register("provide-client-params.cloudformation.CreateChangeSet", prepare)
    return session


@contextmanager
def whole_change_sets() -> Iterator[None]:
    with (
        patch.object(CloudFormationBackend, "execute_change_set", _execute),
        # Where nothing changes, AWS makes a change set that failed; moto refuses to make one.
        patch.object(CloudFormationResponse, "_validate_different_update", lambda *_: None),
        # moto denies what a bucket's policy denies under a condition, whether that holds or not.
        patch.object(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL),
    ):
        yield


def _execute(backend: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
    change_set = backend.describe_change_set(change_set_name)
    assert change_set
    stack, kind = change_set.stack, change_set.change_set_type
    stack.resource_map.cross_stack_resources = backend.exports
    stack._add_stack_event(f"{kind}_IN_PROGRESS")
    resources = stack.resource_map
    before = {**vars(resources), "_parsed_resources": dict(resources._parsed_resources)}
    try:
        _apply(change_set)
    except Exception as error:
        if kind == "CREATE":
            _take_away(resources)
        vars(resources).update(before)
        stack._add_stack_event(f"{kind}_FAILED", str(error))
        stack.status = "ROLLBACK_COMPLETE" if kind == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
        return
    backend.exports.update({export.name: export for export in stack.exports})
    stack.status = f"{kind}_COMPLETE"
    stack._add_stack_event(stack.status)


# Type of a name that a second creation would take → the call that frees it: service, operation, arguments.
FOR_GOOD = {"ForceDeleteWithoutRecovery": True}
FREEING: Mapping[str, tuple[str, str, str, dict[str, Any]]] = {
    "AWS::SecretsManager::Secret": ("secretsmanager", "delete_secret", "SecretId", FOR_GOOD),
    "AWS::SSM::Parameter": ("ssm", "delete_parameter", "Name", {}),
}


def _take_away(made: ResourceMap) -> None:
    """Delete what a first creation made before it failed, as AWS does where no policy retains it."""
    for name, about in made._resource_json_map.items():
        item = made._parsed_resources.get(name)
        if item is None or about["Type"] not in FREEING or about.get("DeletionPolicy") == "Retain":
            continue
        service, operation, argument, others = FREEING[about["Type"]]
        getattr(client(service), operation)(**{argument: item.physical_resource_id}, **others)


def _apply(change_set: ChangeSet) -> None:
    stack = change_set.stack
    change_set.apply()
    stack.template, stack.parameters = change_set.template, change_set.parameters
    stack._parse_template()
    stack.output_map = stack._create_output_map()
    list(stack.exports)
