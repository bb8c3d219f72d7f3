"""Whether an environment can be changed now: stacks and tiers that are at work, or need a hand first."""

from deploy.release.environment import Environment
from deploy.release.stacks import USABLE, Stacks
from deploy.release.tiers import READY, Tiers

NEVER_WHOLE = ("ROLLBACK_COMPLETE", "CREATE_FAILED")


def busy(environment: Environment, stacks: Stacks, tiers: Tiers) -> list[str]:
    """A sentence for each stack and tier that stands against a change."""
    names = map(environment.stack, environment.stacks)
    states = [(name, stacks.status(name)) for name in names]
    of_stacks = [_stuck(name, state) for name, state in states if state not in USABLE]
    of_tiers = [
        f"{tier.environment} is {tier.status.lower()}. Wait until it is ready: ./shop deploy status {environment.name}"
        for tier in tiers.all().values()
        if tier.status != READY
    ]
    return [*of_stacks, *of_tiers]


def _stuck(name: str, state: str) -> str:
    if state.endswith("_IN_PROGRESS"):
        return f"the stack {name} is at work ({state}). Wait until it is done"
    if state in NEVER_WHOLE:
        return f"the stack {name} was never whole. Delete it: aws cloudformation delete-stack --stack-name {name}"
    if state == "ROLLBACK_FAILED":
        page = 'deploy/README.md, "When the first run fails"'
        return f"the stack {name} was never whole, and something protected is left of it: {page}"
    events = f"aws cloudformation describe-stack-events --stack-name {name}"
    return f"the stack {name} needs a hand ({state}). Its events say why: {events}"
