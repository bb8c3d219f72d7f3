"""`./shop demo cart-loss`: each way of keeping carts loses what docs/carts.md says, and nothing else."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.backing import BackingServices
from deploy.local.demo.cart_loss import exit_code, play
from deploy.local.demo.promises import Kept, Promise, Trial, Way
from deploy.local.demo.shopper import BEANIE, COAT, SOCKS
from deploy.local.demo.stage import INSTANCES, fleet_parts, open_stage
from deploy.local.demo.trials import SHOPPERS, Outcome
from deploy.local.place import CHECKOUT, STATE, Place
from deploy.local.ports import Ports
from shared.db import Database
from shared.settings import SettingsError, load_settings
from tests.environments import bare_environment
from tests.factories import add_variant
from tests.faults.telling import tell

ALL, NONE, SOME = {20}, {0}, {13, 14}
DEMO = (sys.executable, "-m", "deploy.local", "demo", "cart-loss")


@pytest.mark.parametrize(
    ("way", "kept"),
    [
        (Way("process"), {Trial.ELSEWHERE: NONE, Trial.KILLED: NONE, Trial.TABS: NONE}),
        (Way("process", is_sticky=True), {Trial.ELSEWHERE: ALL, Trial.KILLED: SOME, Trial.TABS: ALL}),
        (Way("cookie"), {Trial.ELSEWHERE: ALL, Trial.KILLED: ALL, Trial.TABS: NONE}),
        (Way("redis"), dict.fromkeys(Trial, ALL)),
        (Way("dynamodb"), dict.fromkeys(Trial, ALL)),
    ],
    ids=lambda value: f"{value.store} {value.is_sticky}" if isinstance(value, Way) else "",
)
async def test_what_is_lost_is_what_the_docs_say(
    backing: BackingServices, database: Database, tmp_path: Path, way: Way, kept: dict[Trial, set[int]]
) -> None:
    for sku in (COAT, BEANIE, SOCKS):
        await add_variant(database, sku=sku, stock=99)
    place, free = Place(tmp_path), Ports.free(INSTANCES)
    place.make()
    ports = replace(backing.ports, storefront=free.storefront, statistics=free.statistics)

    async with open_stage(fleet_parts(place, ports, backing.environment, way), place, ports, way) as stage:
        outcomes = await play(stage, way, tell)

    assert {outcome.trial: outcome.kept in kept[outcome.trial] for outcome in outcomes} == dict.fromkeys(kept, True)
    assert exit_code(outcomes) == 0


@pytest.mark.parametrize(("kept", "code"), [(SHOPPERS, 0), (SHOPPERS - 1, 1)])
def test_a_cart_more_lost_than_the_docs_say_is_a_failure(kept: int, code: int) -> None:
    promise = Promise(Kept.ALL, "Nothing is lost.")

    assert exit_code([Outcome(Trial.TABS, promise, kept, expected=SHOPPERS)]) == code


def test_the_demo_runs_beside_everything_touches_nothing_and_leaves_nothing() -> None:
    before = set(STATE.glob("demo-*"))

    foreign = dict.fromkeys(("DATABASE_WRITER_URL", "DATABASE_READER_URL"), "mysql://a:b@127.0.0.1:1/shop")

    told = subprocess.run(
        [*DEMO, "--store", "cookie"],
        cwd=CHECKOUT,
        env={**os.environ, **foreign},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (told.returncode, told.stderr) == (0, "")
    assert "\n  two tabs at once                   0 of 20 carts kept\n      Both changes start from" in told.stdout
    assert told.stdout.endswith("\nAs docs/carts.md says.\n")
    assert set(STATE.glob("demo-*")) == before


@pytest.mark.parametrize("words", [["--store", "floppy"], ["--stickier"], ["extra"]])
def test_a_wrong_use_of_the_demo_is_refused(words: list[str]) -> None:
    assert subprocess.run([*DEMO, *words], cwd=CHECKOUT, capture_output=True, check=False).returncode == 2


def test_no_shop_can_choose_carts_in_its_memory(backing: BackingServices) -> None:
    with pytest.raises(SettingsError, match="CART_STORE is none of redis, cookie, dynamodb"):
        load_settings({**backing.environment, "CART_STORE": "process"})


def test_a_storefront_with_carts_in_its_memory_does_not_start_in_production() -> None:
    command = [sys.executable, "-m", "deploy.local.demo.storefront", "--port", "9"]

    refused = subprocess.run(
        command,
        cwd=CHECKOUT,
        env=bare_environment(ENVIRONMENT="production"),
        capture_output=True,
        check=False,
        text=True,
    )

    assert (refused.returncode, refused.stderr) == (1, "carts in the memory of a process are for the demo alone\n")
