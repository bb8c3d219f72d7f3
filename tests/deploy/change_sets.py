"""Change sets in moto, brought to what `./shop deploy` needs: exports of other stacks, outputs, and failures."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.cloudformation.models import ChangeSet, CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from deploy.release.templates import FILES
from tests.deploy.account import prepared

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
        vars(resources).update(before)
        stack._add_stack_event(f"{kind}_FAILED", str(error))
        stack.status = "ROLLBACK_COMPLETE" if kind == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
        return
    backend.exports.update({export.name: export for export in stack.exports})
    stack.status = f"{kind}_COMPLETE"
    stack._add_stack_event(stack.status)


def _apply(change_set: ChangeSet) -> None:
    stack = change_set.stack
    change_set.apply()
    stack.template, stack.parameters = change_set.template, change_set.parameters
    stack._parse_template()
    stack.output_map = stack._create_output_map()
    list(stack.exports)
