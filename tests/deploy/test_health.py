"""How long a tier is waited for, and what is said meanwhile and in the end."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import pytest

from deploy.release.health import GREEN_MINUTES, RED_MINUTES, HealthWatch, sentence
from deploy.release.patience import LOOK_S
from deploy.release.tiers import Tier, Tiers
from tests.deploy.clock import Clock

State = tuple[str, str]  # status, health


def tier(status: str, health: str) -> Tier:
    return Tier("web", "shop-dev-web", "abc", status, health, "")


class Told:
    """Tiers in the place of Elastic Beanstalk's: one state a look, the last one for ever."""

    def __init__(self, *states: State) -> None:
        self._states: Iterator[State] = iter(states)
        self._now = states[0]

    def all(self) -> Mapping[str, Tier]:
        self._now = next(self._states, self._now)
        return {"web": tier(*self._now)}

    def causes(self, _: str) -> Sequence[str]:
        return [f"because {self._now[1]}", "and so on"]


def watch(*states: State) -> tuple[Tier, list[str], float]:
    """How the tier was in the end, what was said, and after how many seconds."""
    clock, said = Clock(), list[str]()
    found = HealthWatch(cast(Tiers, Told(*states)), "web", clock.patience(), said.append).wait()
    return found, said, clock.now_s


def test_a_green_tier_is_not_waited_for() -> None:
    assert watch(("Ready", "Green")) == (tier("Ready", "Green"), ["    shop-dev-web is Ready, Green"], 0)


def test_each_change_is_told_once_with_its_causes_until_the_tier_is_green() -> None:
    states = [("Updating", "Grey"), ("Ready", "Red"), ("Ready", "Red"), ("Ready", "Yellow"), ("Ready", "Green")]

    found, said, seconds = watch(*states)

    assert (found.is_green, seconds) == (True, 4 * LOOK_S)
    assert said == [
        "    shop-dev-web is Updating, Grey: because Grey; and so on",
        "    shop-dev-web is Ready, Red: because Red; and so on",
        "    shop-dev-web is Ready, Yellow: because Yellow; and so on",
        "    shop-dev-web is Ready, Green",
    ]


def test_a_red_tier_is_given_up_soon_and_counted_anew_when_it_was_another_color_between() -> None:
    minutes_of_red = [("Ready", "Red")] * int(60 * (RED_MINUTES - 1) / LOOK_S)

    assert watch(("Ready", "Red"))[2] == 60 * RED_MINUTES
    assert watch(*minutes_of_red, ("Ready", "Grey"), *minutes_of_red, ("Ready", "Green"))[0].is_green


@pytest.mark.parametrize("state", [("Ready", "Yellow"), ("Ready", "Grey"), ("Updating", "Green")])
def test_a_tier_that_never_gets_green_is_waited_for_within_a_limit(state: State) -> None:
    found, _, seconds = watch(state)

    assert (found, seconds) == (tier(*state), 60 * GREEN_MINUTES)


@pytest.mark.parametrize(
    ("known", "step"),
    [
        ([], "What happened there says why: ./shop deploy status dev. Mend it, commit, then start again"),
        (["old", "last"], "Back to last: ./shop deploy rollback dev"),
        (["abc", "last"], "This version was well before, so look elsewhere first: ./shop deploy status dev"),
    ],
)
def test_the_next_step_depends_on_what_was_well_before(known: list[str], step: str) -> None:
    said = sentence(tier("Ready", "Red"), "dev", known)

    assert said == f"shop-dev-web runs abc and is not well (Ready, Red). {step}"
