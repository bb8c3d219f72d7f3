"""An environment of the account: from nothing to a version that runs, to the next version, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deploy.local.faults import StackFault
from deploy.release.account import Account
from deploy.release.bundle import Bundle
from deploy.release.changes import ChangeSet, refusals
from deploy.release.environment import BEFORE_VERSION, Environment
from deploy.release.health import HealthWatch, sentence
from deploy.release.history import History, before
from deploy.release.leftovers import refusals as leftovers
from deploy.release.names import advice
from deploy.release.patience import Patience
from deploy.release.readiness import busy
from deploy.release.sources import refusals as missing_sources
from deploy.release.stacks import EMPTY, NONE, News, NotYet, Say, Stacks
from deploy.release.templates import FILES, read_templates
from deploy.release.tiers import Tier, Tiers
from deploy.release.versions import Versions


@dataclass(frozen=True)
class Step:
    """A template to bring to an account, with what the command adds to the file's parameters."""

    template: str
    others: Mapping[str, str]


@dataclass(frozen=True)
class Release:
    """A version to deploy; without bundles it must be in the account already."""

    label: str
    bundles: Sequence[Bundle]


def steps(environment: Environment, label: str, *, is_open: bool) -> list[Step]:
    """All stacks in their order.

    Args:
        is_open: the storefront's names are in use already, and must stay so.
    """
    names = {"dns": {"Stage": "open" if is_open else "names"}}
    first = [Step(template, names.get(template, {})) for template in BEFORE_VERSION]
    tiers = [Step(tier, {"VersionLabel": f"{tier}-{label}"}) for tier in environment.tiers]
    opening = [] if is_open else [Step("dns", {"Stage": "open"})]
    return [*first, *tiers, *opening, Step("alarms", {})]


class Deployment:
    def __init__(self, account: Account, environment: Environment, patience: Patience, say: Say) -> None:
        self._account, self._environment, self._patience, self._say = account, environment, patience, say
        beanstalk, self._s3 = account.client("elasticbeanstalk"), account.client("s3")
        self.stacks = Stacks(account.client("cloudformation"), environment.shop, patience, say)
        self.versions = Versions(beanstalk, self._s3, environment.shop, patience)
        self.tiers = Tiers(beanstalk, environment.shop)

    @property
    def is_open(self) -> bool:
        """Whether the storefront's names are in use already."""
        return self._exists("web")

    def deploy(self, release: Release, allowed: frozenset[str]) -> None:
        """Bring every stack to what its template says, with this version in the tiers.

        Args:
            allowed: the resources with data that may be replaced.
        Raises:
            StackFault: refused before anything was changed, or failed on the way.
        """
        self.look(release, allowed)
        plan = self._plan(release)
        versions_at = len(BEFORE_VERSION)
        for step in plan[:versions_at]:
            self._carry_out(step, allowed)
        self._publish(release)
        for step in plan[versions_at:]:
            self._carry_out(step, allowed)
            self._prove(step.template, release.label)
        is_first = not self._history().read()
        self._history().add(release.label)
        self._say(f"{self._environment.shop} runs {release.label} at {self._environment.parameters['PublicUrl']}")
        if is_first:
            self._say("what is to be done once now stands in deploy/README.md, below step 2")

    def roll_back(self) -> None:
        """Put the version before into the tiers, and change nothing else.

        Raises:
            StackFault: there is none, or it failed on the way.
        """
        running = self._all_tiers()
        _refuse(self._busy())
        labels = frozenset(tier.label for tier in running.values())
        target = before(self._history().read(), labels)
        if target is None:
            raise StackFault(f"{self._environment.shop} has no version before. ./shop deploy versions lists them all")
        if not self.versions.has(target, self._environment.tiers):
            raise StackFault(f"the version before was {target}, and is deleted. Deploy it anew: --version {target}")
        self._say(f"back from {', '.join(sorted(labels))} to {target}")
        for tier in self._environment.tiers:
            stack = self._environment.stack(tier)
            self._execute(tier, self.stacks.propose(stack, None, {"VersionLabel": f"{tier}-{target}"}), frozenset())
            self._prove(tier, target)
        self._history().go_back_to(target)
        self._say(f"{self._environment.shop} runs {target}")

    def look(self, release: Release, allowed: frozenset[str]) -> list[ChangeSet]:
        """What would change in the stacks that exist; nothing does.

        Raises:
            StackFault: something stands against it; names everything.
        """
        self._say(f"signed in as {self._account.sign_in()}")
        _refuse(self._busy())
        missing = missing_sources(self._account, self._environment, has_data=self._exists("data"))
        _refuse([*missing, *leftovers(self._account, self._environment, self._exists), *self._label(release)])
        changes = [change for step in self._plan(release) if (change := self._preview(step))]
        _refuse([line for change in changes for line in refusals(change, allowed)])
        return changes

    def _plan(self, release: Release) -> list[Step]:
        return steps(self._environment, release.label, is_open=self.is_open)

    def _busy(self) -> list[str]:
        return busy(self._environment, self.stacks, self.tiers)

    def _label(self, release: Release) -> list[str]:
        if release.bundles:
            return self.versions.refusals(release.bundles)
        if self.versions.has(release.label, self._environment.tiers):
            return []
        return [f"there is no version {release.label}. ./shop deploy versions lists what there is"]

    def _preview(self, step: Step) -> ChangeSet | None:
        """What a step would change in its stack; None as well where that cannot be said before other steps."""
        if not self._exists(step.template):
            return None
        try:
            proposal = self._propose(step)
        except NotYet:
            return None
        if proposal:
            self.stacks.withdraw(proposal)
        return proposal

    def _propose(self, step: Step) -> ChangeSet | None:
        body = FILES[step.template].read_text("utf-8")
        given = self._environment.given(read_templates()[step.template], **step.others)
        return self.stacks.propose(self._environment.stack(step.template), body, given)

    def _carry_out(self, step: Step, allowed: frozenset[str]) -> None:
        self._execute(step.template, self._propose(step), allowed)

    def _execute(self, template: str, proposal: ChangeSet | None, allowed: frozenset[str]) -> None:
        stack = self._environment.stack(template)
        if proposal is None:
            self._say(f"{stack}: nothing changes")
            return
        if refused := refusals(proposal, allowed):
            self.stacks.withdraw(proposal)
            raise StackFault("\n".join(refused))
        self._say(f"{stack}: {'new' if proposal.is_first else 'changes'}")
        for change in proposal.changes:
            self._say(f"  {change}")
        self.stacks.carry_out(proposal, self._news(template, proposal))

    def _prove(self, template: str, label: str) -> None:
        """A tier runs what its stack says, unless somebody has put another version in by hand, and is well with it."""
        tier = self.tiers.all().get(template)
        if tier is None:
            return
        if tier.label != label:
            raise StackFault(
                f"{tier.environment} runs {tier.label}, and its stack takes {label} for granted. Put that in: aws "
                f"elasticbeanstalk update-environment --environment-name {tier.environment} "
                f"--version-label {template}-{label}"
            )
        tier = HealthWatch(self.tiers, template, self._patience, self._say).wait()
        if not tier.is_green:
            raise StackFault(sentence(tier, self._environment.name, self._history().read()))

    def _news(self, template: str, proposal: ChangeSet) -> News:
        """What to tell beside the stack's events while it is at work."""
        if template in self._environment.tiers:
            return self.tiers.news(template)
        if template == "dns" and proposal.is_first:
            cloudformation, route53 = map(self._account.client, ("cloudformation", "route53"))
            return advice(cloudformation, route53, proposal.stack)
        return tuple

    def _publish(self, release: Release) -> None:
        for bundle in release.bundles:
            is_new = self.versions.publish(bundle, self._bucket())
            self._say(f"version {bundle.version}: {'uploaded' if is_new else 'is there already'}")

    def _exists(self, template: str) -> bool:
        return self.stacks.status(self._environment.stack(template)) not in (NONE, EMPTY)

    def _all_tiers(self) -> Mapping[str, Tier]:
        found = self.tiers.all()
        if missing := [tier for tier in self._environment.tiers if tier not in found]:
            name = self._environment.name
            raise StackFault(f"{name} has no {missing[0]} environment yet. Deploy first: ./shop deploy {name}")
        return found

    def _bucket(self) -> str:
        return self.stacks.output(self._environment.stack("data-files"), "Releases")

    def _history(self) -> History:
        return History(self._s3, self._bucket())


def _refuse(sentences: Sequence[str]) -> None:
    if len(sentences) == 1:
        raise StackFault(f"nothing was changed: {sentences[0]}")
    if sentences:
        raise StackFault("\n".join(("nothing was changed:", *sentences)))
