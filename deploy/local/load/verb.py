"""`./shop load`: see `./shop load --help`."""

import argparse
import asyncio
import os
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from deploy.local import noticeboard
from deploy.local.environment import environment
from deploy.local.faults import CannotLook, UsageFault
from deploy.local.load.limit import find_limit
from deploy.local.load.plan import Plan, check_secret
from deploy.local.load.running import Outcome, Target, carry_out
from deploy.local.load.shop import open_shop
from deploy.local.place import CHECKOUT, STATE, Place
from deploy.local.ports import Ports
from loadtests.report import last_line, write_report
from loadtests.run_token import new_run_id
from loadtests.shapes import SHAPES

REPORT = CHECKOUT / "load-report"
TOLD = 20  # findings on the terminal; the report has more
DESCRIPTION = "Floods a shop with shoppers and judges it. Without --host it starts a shop of its own."


def main(words: Sequence[str]) -> int:
    """0 the run passes, 1 it fails, 2 it cannot be made."""
    plan, is_search = _plan(words)
    plan.check()
    if plan.host and is_search:
        raise UsageFault("--find-limit needs to look into the shop's processes; leave --host out")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # which ends everything and deletes the folder
    if plan.host:
        target = Target(plan.host.rstrip("/"), _secret(plan.host), os.environ.get("LOAD_PEOPLE", "{}"))
        return _told(asyncio.run(carry_out(plan, target)))
    STATE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="load-", dir=STATE) as folder:
        return asyncio.run(_against_our_own(plan, Path(folder), is_search=is_search))


async def _against_our_own(plan: Plan, folder: Path, *, is_search: bool) -> int:
    print("Opening a shop of its own, beside whatever runs: some fifteen seconds.", flush=True)
    async with open_shop(folder, plan.instances) as shop:
        if is_search:
            search = await find_limit(plan, Target.own(shop))
            _show(search.broken)
            print(search, flush=True)
            return 0 if search.good else 1
        return _told(await carry_out(plan, Target.own(shop)))


def _secret(host: str) -> str:
    """The shop's own, from the environment; the stack that runs from this checkout has it in its files."""
    place = Place(STATE)
    if "LOAD_RUN_SECRET" not in os.environ:
        with suppress(CannotLook):
            port = noticeboard.read(place).port
            if host.rstrip("/") in {f"http://{name}:{port}" for name in ("localhost", "127.0.0.1")}:
                return environment(place.state, Ports.based_on(port), {})["LOAD_RUN_SECRET"]
    return check_secret(os.environ.get("LOAD_RUN_SECRET", ""))


def _told(outcome: Outcome) -> int:
    _show(outcome)
    print(last_line(outcome.plan.run, outcome.run, outcome.findings), flush=True)
    return 0 if outcome.has_passed else 1


def _show(outcome: Outcome) -> None:
    write_report(REPORT, outcome.plan.run, outcome.run, outcome.findings)
    for finding in outcome.findings[:TOLD]:
        print(f"  {finding.what}: {finding.detail}")
    print(f"report: {REPORT / 'index.html'}")
    if outcome.plan.host:
        print(f"what the run left is in that shop until: ./shop load purge {outcome.plan.run}")


def _plan(words: Sequence[str]) -> tuple[Plan, bool]:
    parser = argparse.ArgumentParser(prog="./shop load", description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--users", type=int, default=100, help="shoppers (%(default)s)")
    parser.add_argument("--minutes", type=float, default=1, help="how long they shop (%(default)s)")
    parser.add_argument("--shape", choices=tuple(SHAPES), default="steady", help="how they come (%(default)s)")
    parser.add_argument("--instances", type=int, default=2, help="storefronts behind the balancer (%(default)s)")
    parser.add_argument("--faults", default="", help="comma list: kill-web,kill-worker,redis,db,sqs,slow-client")
    parser.add_argument("--host", default="", help="a shop that runs elsewhere; LOAD_RUN_SECRET is its own")
    parser.add_argument(
        "--run", default="", help="a name for the run; each is used once (the day, the minute and chance)"
    )
    parser.add_argument("--seed", type=int, default=1, help="decides what each shopper does")
    parser.add_argument("--find-limit", action="store_true", help="raise the shoppers until the shop breaks")
    options = parser.parse_args(words)
    faults = tuple(name for name in options.faults.split(",") if name)
    plan = Plan(
        users=options.users,
        seconds=options.minutes * 60,
        shape=options.shape,
        instances=options.instances,
        faults=faults,
        host=options.host,
        run=options.run or new_run_id(),
        seed=options.seed,
    )
    return plan, options.find_limit
