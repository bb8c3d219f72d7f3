"""`deploy ENV`, `deploy versions`, `deploy rollback ENV`, `deploy status ENV`: the commands and what they print."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.faults import CannotLook, StackFault
from deploy.release import environment as environments
from deploy.release.account import NO_CREDENTIALS, Account, in_one_sentence, signed_in
from deploy.release.bundle import SOURCES
from deploy.release.bundling import checked
from deploy.release.commit import Commit, current, named
from deploy.release.deployment import Deployment, Release, steps
from deploy.release.environment import Environment
from deploy.release.patience import Patience
from deploy.release.templates import Resolver, read_templates

USAGE = """./shop deploy ENV [--version LABEL] [--dry-run] [--allow-replacement NAME]
       ./shop deploy versions [ENV]
       ./shop deploy rollback ENV
       ./shop deploy status ENV"""
LAST_EVENTS = 5
Connect = Callable[[], Account]


def deploy(words: Sequence[str], root: Path, connect: Connect = signed_in, patience: Patience | None = None) -> int:
    """Carry out `deploy` and its words.

    Raises:
        StackFault: it was refused or failed, in one sentence with the next step.
    """
    verb = words[0] if words and words[0] in ("versions", "rollback", "status") else ""
    parser = argparse.ArgumentParser(prog="./shop deploy", usage=USAGE, allow_abbrev=False)
    parser.add_argument("environment", metavar="ENV", nargs="?" if verb == "versions" else None)
    if not verb:
        parser.add_argument("--version", metavar="LABEL")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--allow-replacement", metavar="NAME", action="append", default=[])
    options = parser.parse_args(words[1:] if verb else words)
    with in_one_sentence():
        desk = _Desk(root, connect, patience or Patience())
        if verb == "versions":
            return desk.versions(options.environment)
        environment = environments.read(options.environment)
        if verb:
            return desk.roll_back(environment) if verb == "rollback" else desk.status(environment)
        allowed = frozenset(options.allow_replacement)
        if options.dry_run:
            return desk.dry_run(environment, options.version, allowed)
        return desk.deploy(environment, options.version, allowed)


class _Desk:
    def __init__(self, root: Path, connect: Connect, patience: Patience) -> None:
        self._root, self._connect, self._patience = root, connect, patience

    def deploy(self, environment: Environment, label: str | None, allowed: frozenset[str]) -> int:
        deployment = self._of(environment)
        deployment.deploy(self._release(environment, label, deployment), allowed)
        return 0

    def dry_run(self, environment: Environment, label: str | None, allowed: frozenset[str]) -> int:
        """Everything that can be looked at; with credentials, what would change in the account, too."""
        account = self._connect()
        deployment = self._of(environment, account) if account.has_credentials else None
        release = self._release(environment, label, deployment)
        for bundle in release.bundles:
            print(f"version {bundle.version}: {len(bundle.data) / 1e6:.1f} MB")
        templates = read_templates()
        for step in steps(environment, release.label, is_open=deployment is not None and deployment.is_open):
            found = Resolver(templates[step.template], {**environment.parameters, **step.others}).resources()
            given = "".join(f", {key} {value}" for key, value in step.others.items())
            print(f"{environment.stack(step.template)}: {len(found)} resources{given}")
        if deployment is None:
            print("nothing was changed, and AWS was not asked: there are no credentials")
            return 0
        for proposal in deployment.look(release, allowed):
            print(f"{proposal.stack} would change:", *(f"  {change}" for change in proposal.changes), sep="\n")
        print("nothing was changed")
        return 0

    def roll_back(self, environment: Environment) -> int:
        self._of(environment).roll_back()
        return 0

    def status(self, environment: Environment) -> int:
        """The tiers and their last events; 1 when one of them is not well."""
        deployment = self._of(environment)
        found = deployment.tiers.all()
        if not found:
            raise CannotLook(f"{environment.name} is not there yet. Deploy first: ./shop deploy {environment.name}")
        for stack in environment.stacks:
            print(f"{environment.stack(stack):<24} {deployment.stacks.status(environment.stack(stack)) or 'not there'}")
        for tier in found.values():
            print(f"{tier.environment:<24} {tier.label}  {tier.status}  {tier.health}  {tier.url}".rstrip())
            print(*(f"    {event}" for event in deployment.tiers.events(tier.name)[-LAST_EVENTS:]), sep="\n")
        is_whole = set(found) == set(environment.tiers) and len({tier.label for tier in found.values()}) == 1
        return 0 if is_whole and all(tier.is_well for tier in found.values()) else 1

    def versions(self, name: str | None) -> int:
        names = [name] if name else sorted(path.stem for path in environments.FOLDER.glob("*.json"))
        for environment in map(environments.read, names):
            deployment = self._of(environment)
            running = deployment.tiers.all().values()
            print(f"{environment.name}:")
            for version in deployment.versions.all():
                where = [tier.name for tier in running if tier.label == version.label]
                mark = f"  runs in {' and '.join(where)}" if where else ""
                print(
                    f"  {version.label}  {version.at:%Y-%m-%d %H:%M}  {'+'.join(version.tiers)}  {version.status}{mark}"
                )
        return 0

    def _of(self, environment: Environment, account: Account | None = None) -> Deployment:
        found = account or self._connect()
        if not found.has_credentials:
            raise StackFault(NO_CREDENTIALS)
        return Deployment(found, environment, self._patience, print)

    def _release(self, environment: Environment, label: str | None, deployment: Deployment | None) -> Release:
        """What is checked out, or a label: that of a version in the account, or else of a commit here."""
        commit = current(self._root, *SOURCES)  # templates and values are its own, whatever the label
        if label is not None:
            if deployment and deployment.versions.has(label, environment.tiers):
                return Release(label, ())
            commit = self._labeled(label)
        bundles = [bundle for bundle in checked(commit) if bundle.tier in environment.tiers]
        return Release(commit.label, bundles)

    def _labeled(self, label: str) -> Commit:
        try:
            commit = named(self._root, label)
        except StackFault:
            raise StackFault(
                f"there is no version {label}, and no such commit here. ./shop deploy versions lists what there is"
            ) from None
        return commit
