"""The trials: each with new shoppers, of whom the first is told step by step."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.local.demo.promises import Kept, Promise, Trial
from deploy.local.demo.shopper import Shopper, Tell
from deploy.local.demo.stage import Stage

SHOPPERS = 20


@dataclass(frozen=True)
class Outcome:
    """How many of the carts were whole afterwards, and how many should have been."""

    trial: Trial
    promise: Promise
    kept: int
    expected: int

    @property
    def is_as_promised(self) -> bool:
        return self.kept == self.expected


async def try_out(stage: Stage, trial: Trial, promise: Promise, tell: Tell) -> Outcome:
    """Make one trial with new shoppers; all storefronts are back at its end."""
    shoppers = [Shopper(stage.browser(), stage.name_of, tell if number == 0 else _silent) for number in range(SHOPPERS)]
    for shopper in shoppers:
        await shopper.choose_coat()
    await _happens(stage, trial, shoppers, tell)
    kept = [await shopper.finds_cart() for shopper in shoppers]
    await stage.all_answer()
    expected = {Kept.ALL: SHOPPERS, Kept.NONE: 0, Kept.OTHERS: _elsewhere(shoppers)}[promise.kept]
    return Outcome(trial, promise, sum(kept), expected)


def _elsewhere(shoppers: Sequence[Shopper]) -> int:
    """Those whose coat another storefront took than the first shopper's, which is the one that is killed."""
    return sum(shopper.bought_at != shoppers[0].bought_at for shopper in shoppers)


async def _happens(stage: Stage, trial: Trial, shoppers: Sequence[Shopper], tell: Tell) -> None:
    match trial:
        case Trial.ELSEWHERE:
            pass  # the balancer alone decides who answers next
        case Trial.KILLED:
            stage.kill(shoppers[0].bought_at)
            tell(f"{shoppers[0].bought_at} is killed (kill -9), and started again")
        case Trial.EMPTIED:
            await stage.empty_store()
            tell("everything in the store is deleted")
        case Trial.TABS:
            for shopper in shoppers:
                await shopper.choose_in_two_tabs()


def _silent(_: str) -> None:
    """Only the first shopper is told of."""
