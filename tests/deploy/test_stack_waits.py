"""What CloudFormation tells while a stack is at work: moto is done at once, so here its answers are written down."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.local.faults import StackFault
from deploy.release.changes import ChangeSet
from deploy.release.patience import Patience
from deploy.release.stacks import Stacks

CHANGES = ChangeSet("shop-dev-web", "set-1", is_first=False, changes=())
Event = tuple[str, str]  # of whom, and its status


class Answers:
    """A CloudFormation that says one line of a script after the other: the stack's status, and all events so far."""

    def __init__(self, *script: tuple[str, list[Event]]) -> None:
        self._script: Iterator[tuple[str, list[Event]]] = iter(script)
        self._status, self._events = "UPDATE_COMPLETE", list[Event]()
        self.executed: list[str] = []

    def execute_change_set(self, *, StackName: str, ChangeSetName: str) -> None:  # noqa: N803 (AWS's names)
        self.executed.append(ChangeSetName)

    def describe_stack_events(self, **_: str) -> dict[str, Any]:
        if self.executed:
            self._status, self._events = next(self._script)
        rows = [
            {"EventId": str(number), "LogicalResourceId": name, "ResourceStatus": status, "ResourceStatusReason": "why"}
            for number, (name, status) in enumerate(self._events)
        ]
        return {"StackEvents": rows[::-1]}

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": self._status}]}


def carry_out(answers: Answers) -> list[str]:
    said: list[str] = []
    seconds = iter(range(0, 100_000, 600))
    patience = Patience(sleep=lambda _: None, clock=lambda: float(next(seconds)))
    Stacks(answers, "shop-dev", patience, said.append).carry_out(CHANGES)
    return said


def test_each_resource_that_is_ready_is_told_once() -> None:
    begun = [("shop-dev-web", "UPDATE_IN_PROGRESS"), ("Web", "UPDATE_IN_PROGRESS")]
    done = [*begun, ("Web", "UPDATE_COMPLETE")]

    said = carry_out(
        Answers(
            ("UPDATE_IN_PROGRESS", begun),
            ("UPDATE_IN_PROGRESS", done),
            ("UPDATE_COMPLETE", [*done, ("shop-dev-web", "UPDATE_COMPLETE")]),
        )
    )

    assert said == ["    Web update complete", "    shop-dev-web update complete"]


def test_the_status_of_before_is_not_taken_for_the_end() -> None:
    begun = [("shop-dev-web", "UPDATE_IN_PROGRESS")]
    answers = Answers(
        ("UPDATE_COMPLETE", []),
        ("UPDATE_IN_PROGRESS", begun),
        ("UPDATE_COMPLETE", [*begun, ("shop-dev-web", "UPDATE_COMPLETE")]),
    )

    assert carry_out(answers) == ["    shop-dev-web update complete"]


def test_a_failure_is_told_when_the_stack_is_back_where_it_was() -> None:
    begun = [("Web", "UPDATE_FAILED"), ("Other", "UPDATE_FAILED")]

    with pytest.raises(StackFault) as failed:
        carry_out(Answers(("UPDATE_ROLLBACK_IN_PROGRESS", begun), ("UPDATE_ROLLBACK_COMPLETE", begun)))

    assert str(failed.value) == "shop-dev-web failed: Web: why. Put that right, then start again"


def test_a_stack_that_never_comes_to_rest_is_left_to_aws() -> None:
    endless = [("UPDATE_IN_PROGRESS", [("shop-dev-web", "UPDATE_IN_PROGRESS")])] * 20

    with pytest.raises(StackFault, match="shop-dev-web is not done after 90 minutes, and goes on at AWS"):
        carry_out(Answers(*endless))
