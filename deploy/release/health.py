"""Whether a tier is well with the version that it has just got: until it is, no further tier gets it."""

from collections.abc import Callable, Sequence

from deploy.release.patience import Patience
from deploy.release.tiers import Tier, Tiers

GREEN_MINUTES = 15  # Elastic Beanstalk judges by the last minutes' requests, of new instances, too
RED_MINUTES = 3  # instances that change make a tier red for a minute


class HealthWatch:
    """One tier, looked at until it is green, or has been anything else for too long."""

    def __init__(self, tiers: Tiers, name: str, patience: Patience, say: Callable[[str], None]) -> None:
        self._tiers, self._name, self._patience, self._say = tiers, name, patience, say
        self._begun = self._red_since = patience.clock()
        self._told = ""

    def wait(self) -> Tier:
        """The tier as it is in the end: red for RED_MINUTES is enough, all else has GREEN_MINUTES."""
        return self._patience.until(self._settled, GREEN_MINUTES + 1, f"the health of {self._name}")

    def _settled(self) -> Tier | None:
        tier, now = self._tiers.all()[self._name], self._patience.clock()
        if tier.health != "Red":
            self._red_since = now
        self._tell(tier)
        is_over = now - self._red_since >= 60 * RED_MINUTES or now - self._begun >= 60 * GREEN_MINUTES
        return tier if tier.is_green or is_over else None

    def _tell(self, tier: Tier) -> None:
        """Each change of its state, and why it is not the good one."""
        state = f"    {tier.environment} is {tier.status}, {tier.health}"
        if state != self._told:
            causes = [] if tier.is_green else self._tiers.causes(self._name)
            self._say(": ".join([state, *(["; ".join(causes)] if causes else [])]))
            self._told = state


def sentence(tier: Tier, environment: str, known: Sequence[str]) -> str:
    """What is wrong, and the next step.

    Args:
        environment: the name of its file.
        known: the versions that were whole, newest last.
    """
    status = f"./shop deploy status {environment}"
    if tier.label in known:
        step = f"This version was well before, so look elsewhere first: {status}"
    elif known:
        step = f"Back to {known[-1]}: ./shop deploy rollback {environment}"
    else:
        step = f"What happened there says why: {status}. Mend it, commit, then start again"
    return f"{tier.environment} runs {tier.label} and is not well ({tier.status}, {tier.health}). {step}"
