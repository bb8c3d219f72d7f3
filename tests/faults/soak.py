"""`./shop soak --minutes N --seed S`: faults for so long while people buy, then the books are checked.

Storms and outages take turns, in an order that the seed decides. The last line is `PASS …` or `FAIL …`.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.local.faults import StackFault
from tests.faults.buyers import Buyers
from tests.faults.database_faults import kill_again_and_again, read_only
from tests.faults.opening import open_stand
from tests.faults.outages import OUTAGES, suffer
from tests.faults.shelf import fill_shelf
from tests.faults.stand import Stand
from tests.faults.storm import Storm
from tests.faults.telling import tell
from tests.faults.verdict import judge

ORDERS_PER_S = 1.5  # so few that the shop keeps up between the faults
FAULT_S = (10.0, 20.0)
LULL_S = 5.0
DRAIN_S = 60.0
DATABASE = ("database read-only", "database killed")


async def soak(minutes: float, seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="shop-soak-") as folder:
        async with open_stand(Path(folder), seed=seed) as stand:
            tell("the shop is open, and people buy")
            buyers = Buyers(stand.url, await fill_shelf(stand.database), seed=seed, patience_s=120)
            try:
                return await _through(stand, buyers, minutes * 60, seed)
            finally:
                buyers.close()


async def _through(stand: Stand, buyers: Buyers, seconds: float, seed: int) -> int:
    over, began = asyncio.Event(), time.monotonic()
    buying = asyncio.create_task(buyers.buy_until(over, ORDERS_PER_S))
    try:
        await _faults(stand, began + seconds, random.Random(seed))
    finally:
        over.set()
        await buying
    verdict = await judge(stand, buyers, DRAIN_S)
    share = buyers.answers[201] / max(1, buyers.answers.total())
    for fault in verdict.faults:
        tell(f"  {fault}")
    word = "FAIL" if verdict.faults or not verdict.orders else "PASS"
    tell(f"{word} seed {seed}: {verdict}; {share:.1%} of {buyers.answers.total()} checkouts answered at once")
    return 0 if word == "PASS" else 1


async def _faults(stand: Stand, end: float, chance: random.Random) -> None:
    kinds = ("storm", *OUTAGES, *DATABASE)
    while time.monotonic() < end:
        for kind in chance.sample(kinds, k=len(kinds)):
            left_s = end - time.monotonic()
            if left_s <= 0:
                break
            seconds = min(left_s, chance.uniform(*FAULT_S))
            tell(f"{seconds:4.0f} s of {kind}")
            await _one(stand, kind, seconds, chance.randrange(1000))
            await stand.ready()
            await asyncio.sleep(LULL_S)


async def _one(stand: Stand, kind: str, seconds: float, seed: int) -> None:
    if kind == "storm":
        await Storm(stand, seed).rage(seconds)
    elif kind == "database read-only":
        async with read_only(stand):
            await asyncio.sleep(seconds)
    elif kind == "database killed":
        await kill_again_and_again(stand, round(seconds / 4))
    else:
        await suffer(stand, [kind], seconds)


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./shop soak", description="Faults for minutes, then the books are checked.", allow_abbrev=False
    )
    parser.add_argument("--minutes", type=float, required=True, help="how long, beside start and check")
    parser.add_argument("--seed", type=int, default=1, help="decides which fault comes when")
    options = parser.parse_args(words)
    if not 0 < options.minutes <= 24 * 60:
        parser.error("--minutes must be more than 0 and at most a day")
    try:
        return asyncio.run(soak(options.minutes, options.seed))
    except (StackFault, TimeoutError, AssertionError) as error:
        tell(f"FAIL seed {options.seed}: {type(error).__name__}: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
