"""CloudFormation's stacks: each change is a change set that is looked at before it is carried out."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from deploy.local.faults import StackFault
from deploy.release.account import code_of
from deploy.release.changes import ChangeSet, read
from deploy.release.patience import Patience

NONE, EMPTY = "", "REVIEW_IN_PROGRESS"  # EMPTY: a change set was made for it once, and nothing else
NO_CHANGE = ("didn't contain changes", "No updates are to be performed")
GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
USABLE = GOOD | {NONE, EMPTY, "UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
NO_EXPORT = "No export named"
PROPOSAL_MINUTES = 5
STACK_MINUTES = 90  # a database with a standby takes 25, a certificate as long as the registrar
Say = Callable[[str], None]
News = Callable[[], Iterable[str]]


class NotYet(StackFault):
    """A stack wants what another one gives only when it has changed, too."""


class Stacks:
    def __init__(self, client: Any, shop: str, patience: Patience, say: Say) -> None:
        self._client, self._shop, self._patience, self._say = client, shop, patience, say

    def status(self, stack: str) -> str:
        return str(self._described(stack).get("StackStatus", NONE))

    def output(self, stack: str, name: str) -> str:
        rows = self._described(stack).get("Outputs", [])
        return next((str(row["OutputValue"]) for row in rows if row["OutputKey"] == name), "")

    def propose(self, stack: str, body: str | None, given: Mapping[str, str]) -> ChangeSet | None:
        """A change set, or None when nothing would change.

        Args:
            body: the template; None: the one that the stack has, and its values where none are given.
        Raises:
            StackFault: AWS refuses it.
        """
        found = self._described(stack)
        is_first = found.get("StackStatus", NONE) in (NONE, EMPTY)
        template = {"UsePreviousTemplate": True} if body is None else {"TemplateBody": body}
        kept = [] if body is not None else [row["ParameterKey"] for row in found.get("Parameters", [])]
        parameters = [{"ParameterKey": name, "UsePreviousValue": True} for name in kept if name not in given]
        made = self._client.create_change_set(
            StackName=stack,
            ChangeSetName=f"deploy-{time.time_ns()}",
            ChangeSetType="CREATE" if is_first else "UPDATE",
            Capabilities=["CAPABILITY_IAM"],
            Tags=[{"Key": "Shop", "Value": self._shop}],  # on all that the stack makes: bills can be told apart by it
            Parameters=[*parameters, *({"ParameterKey": key, "ParameterValue": value} for key, value in given.items())],
            **template,
        )
        return self._proposed(ChangeSet(stack, made["Id"], is_first, ()))

    def withdraw(self, change_set: ChangeSet) -> None:
        self._client.delete_change_set(StackName=change_set.stack, ChangeSetName=change_set.id)

    def carry_out(self, change_set: ChangeSet, news: News = tuple) -> None:
        """Execute a change set and tell what happens until its stack has come to rest.

        Args:
            news: more lines to tell, each time that it looks.
        Raises:
            StackFault: it failed, and is as it was before.
        """
        seen = {event["EventId"] for event in self._events(change_set.stack)}
        self._client.execute_change_set(StackName=change_set.stack, ChangeSetName=change_set.id)
        known, failed = len(seen), list[str]()

        def rested() -> str | None:
            for event in self._events(change_set.stack):
                if event["EventId"] not in seen:
                    seen.add(event["EventId"])
                    self._tell(event, failed)
            for line in news():
                self._say(f"    {line}")
            status = self.status(change_set.stack)
            # Right after the order to begin, AWS may still tell the status of before.
            return None if status.endswith("_IN_PROGRESS") or len(seen) == known else status

        status = self._patience.until(rested, STACK_MINUTES, change_set.stack)
        if status not in GOOD:
            why = failed[0] if failed else f"its status is {status}"
            raise StackFault(f"{change_set.stack} failed: {why}. Put that right, then start again")

    def _tell(self, event: Mapping[str, Any], failed: list[str]) -> None:
        status, name = event["ResourceStatus"], event["LogicalResourceId"]
        if status.endswith("_FAILED"):
            failed.append(f"{name}: {event.get('ResourceStatusReason', status)}")
        if not status.endswith("_IN_PROGRESS"):
            self._say(f"    {name} {status.lower().replace('_', ' ')}")

    def _proposed(self, begun: ChangeSet) -> ChangeSet | None:
        def made() -> Mapping[str, Any] | None:
            found: Mapping[str, Any] = self._client.describe_change_set(StackName=begun.stack, ChangeSetName=begun.id)
            return found if found["Status"] in ("CREATE_COMPLETE", "FAILED") else None

        found = self._patience.until(made, PROPOSAL_MINUTES, f"the change set of {begun.stack}")
        if found["Status"] == "CREATE_COMPLETE":
            return ChangeSet(begun.stack, begun.id, begun.is_first, tuple(map(read, self._all_changes(found))))
        self.withdraw(begun)
        reason = found.get("StatusReason", "no reason")
        if any(sign in reason for sign in NO_CHANGE):
            return None
        fault = NotYet if NO_EXPORT in reason else StackFault
        raise fault(f"{begun.stack}: AWS refuses the change: {reason}")

    def _all_changes(self, page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        found = list(page.get("Changes", []))
        while token := page.get("NextToken"):
            page = self._client.describe_change_set(
                StackName=page["StackName"], ChangeSetName=page["ChangeSetId"], NextToken=token
            )
            found += page.get("Changes", [])
        return found

    def _described(self, stack: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = self._client.describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            if code_of(error) == "ValidationError" and "does not exist" in str(error):
                return {}
            raise
        return found

    def _events(self, stack: str) -> list[Mapping[str, Any]]:
        """The newest hundred, oldest first."""
        return list(reversed(self._client.describe_stack_events(StackName=stack)["StackEvents"]))
