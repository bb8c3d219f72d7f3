"""A load run finds what is wrong with a shop, and nothing where nothing is.

`pytest --log-cli-level=INFO tests/planted/test_planted.py` shows each verdict.
"""

import logging
from pathlib import Path

import pytest

from deploy.local.backing import BackingServices
from deploy.local.load.plan import Plan
from deploy.local.load.running import Outcome, Target, carry_out
from loadtests.limits import Limits
from loadtests.report import last_line
from shared.db import Database
from tests.faults.shelf import fill_shelf
from tests.planted.faults import ALL_REFUSED, CHARGED_TWICE, OUTBOX_OFF, RECEIPT_TWICE
from tests.planted.stand import CARTS_IN_PROCESS, STOREFRONT, open_small_shop

logger = logging.getLogger(__name__)
BUYERS = ("GuestBuyer", "CardBuyer", "Hesitant", "AccountBuyer", "Returner")


async def load(target: Target, *, done_s: float = 60) -> Outcome:
    """A dozen hurried shoppers for some seconds; their times are not judged, as others use the machine, too."""
    limits = Limits(p99_ms={}, delay_ms=10_000, done_s=done_s)
    return await carry_out(Plan(users=12, seconds=4, think_s=(0.05, 0.2), kinds=BUYERS, limits=limits), target)


async def test_a_sound_shop_passes_seen_from_outside_alone(
    backing: BackingServices, database: Database, tmp_path: Path
) -> None:
    await fill_shelf(database)
    async with open_small_shop(backing, tmp_path) as shop:
        outcome = await load(Target(shop.url, shop.secret))

    assert outcome.findings == []
    assert len(outcome.run.diary.orders) > 0
    assert last_line(outcome.plan.run, outcome.run, outcome.findings).startswith("PASS ")


@pytest.mark.parametrize(
    ("planted", "storefront", "expected"),
    [
        (OUTBOX_OFF, STOREFRONT, {"order not processed", "invoice missing", "receipt missing"}),
        (RECEIPT_TWICE, STOREFRONT, {"receipt sent twice"}),
        (CHARGED_TWICE, STOREFRONT, {"charged twice"}),
        (ALL_REFUSED, STOREFRONT, {"errors"}),
        ("", CARTS_IN_PROCESS, {"cart lost"}),
    ],
)
async def test_a_planted_fault_fails_and_is_named(
    backing: BackingServices, database: Database, tmp_path: Path, planted: str, storefront: str, expected: set[str]
) -> None:
    await fill_shelf(database)
    done_s = 1 if planted == OUTBOX_OFF else 60  # an order that nobody works on is not worth waiting for
    async with open_small_shop(backing, tmp_path, planted=planted, storefront=storefront) as shop:
        outcome = await load(Target.own(shop), done_s=done_s)

    line = last_line(outcome.plan.run, outcome.run, outcome.findings)
    found = {finding.what for finding in outcome.findings}
    logger.info("%s: %s", planted or "carts in the process", line)
    assert line.startswith("FAIL ")
    assert outcome.run.samples[-1].delays.keys() == {"storefront-1", "storefront-2"}
    assert all(what in line for what in expected)
    assert found >= expected if storefront == CARTS_IN_PROCESS else found == expected
