"""`./shop deploy …` against an account in memory: what is typed, what is said, what stands there then."""

import copy
import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from deploy.local.faults import StackFault
from deploy.release.account import Account
from deploy.release.deploying import deploy
from tests.deploy.account import account_in_memory
from tests.deploy.beanstalk import Beanstalk, beanstalk_in_memory
from tests.deploy.change_sets import whole_change_sets, without_stumbling_blocks
from tests.deploy.clock import Clock


@dataclass
class Desk:
    """Somebody at a terminal, with a repository here and an account there."""

    repository: Path
    session: Any
    beanstalk: Beanstalk

    def __post_init__(self) -> None:
        self._account = Account(self.session)  # its clients take longer to make than most of what they ask
        self.clock = Clock()

    def client(self, service: str) -> Any:
        """The one that commands use."""
        return self._account.client(service)

    def type(self, *words: str) -> tuple[int, str]:
        """Exit code and output of `./shop deploy WORDS`."""
        with redirect_stdout(io.StringIO()) as said:
            code = deploy(words, self.repository, lambda: self._account, self.clock.patience())
        return code, said.getvalue()

    def refused(self, *words: str) -> str:
        """The sentence of a refusal, before which nothing was changed."""
        before = self.standing()
        with redirect_stdout(io.StringIO()), pytest.raises(StackFault) as fault:
            deploy(words, self.repository, lambda: self._account, self.clock.patience())
        assert self.standing() == before
        return str(fault.value)

    def running(self) -> dict[str, str]:
        """Environment → its version."""
        return {name: row["VersionLabel"] for name, row in self.beanstalk.environments.items()}

    def standing(self) -> Any:
        """All that a command could change."""
        stacks = self.session.client("cloudformation").describe_stacks()["Stacks"]
        states = {row["StackName"]: (row["StackStatus"], row.get("LastUpdatedTime")) for row in stacks}
        versions = {label: row["SourceBundle"] for label, row in self.beanstalk.versions.items()}
        return copy.deepcopy((states, versions, self.beanstalk.environments, len(self.beanstalk.happened)))


@contextmanager
def desk_in_memory(environment: str, repository: Path) -> Iterator[Desk]:
    with account_in_memory(environment), beanstalk_in_memory() as beanstalk, whole_change_sets():
        yield Desk(repository, without_stumbling_blocks(environment, boto3.Session()), beanstalk)
