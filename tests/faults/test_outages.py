"""What the shop depends on goes away for a while: people go on buying, and everything is made up for."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from tests.faults.buyers import Buyers
from tests.faults.outages import OUTAGES, suffer
from tests.faults.stand import Stand
from tests.faults.telling import tell
from tests.faults.verdict import judge

ANSWERED = 0.999  # of the checkouts, while something is away


@pytest.mark.parametrize(
    "names",
    [("queue away",), ("payment late", "mail down", "media full")],
    ids=" and ".join,
)
async def test_a_short_outage_is_made_up_for(
    hurt: Stand, shoppers: Callable[..., Buyers], names: Sequence[str]
) -> None:
    await outlast(hurt, shoppers(), names, seconds=3)


@pytest.mark.long
@pytest.mark.parametrize("name", OUTAGES)
async def test_an_outage_is_made_up_for(hurt: Stand, shoppers: Callable[..., Buyers], name: str) -> None:
    await outlast(hurt, shoppers(), [name], seconds=20)


async def outlast(stand: Stand, buyers: Buyers, names: Sequence[str], seconds: float) -> None:
    over = asyncio.Event()
    buying = asyncio.create_task(buyers.buy_until(over, per_s=2))

    await suffer(stand, names, seconds)
    over.set()
    await buying

    verdict = await judge(stand, buyers)
    share = buyers.answers[201] / buyers.answers.total()
    tell(f"{names}: {share:.2%} of {buyers.answers.total()} checkouts answered; {verdict}")
    assert verdict.faults == []
    assert verdict.orders == len(buyers.bought) >= seconds
    assert share >= ANSWERED
