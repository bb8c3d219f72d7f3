"""`./shop demo cart-loss [--sticky] [--store STORE]`: what happens to carts, step by step, and a table at the end."""

import argparse
import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.local.demo.promises import WAYS, Way
from deploy.local.demo.shopper import Tell
from deploy.local.demo.stage import INSTANCES, Stage, all_parts, open_stage
from deploy.local.demo.trials import SHOPPERS, Outcome, try_out
from deploy.local.environment import environment
from deploy.local.place import STATE, Place
from deploy.local.ports import Ports

# Nothing else is taken over: a variable that leads to somebody's database would have this demo write into it.
KEPT = ("PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./shop demo", allow_abbrev=False)
    parser.add_argument(
        "what", choices=["cart-loss"], help="what happens to carts when storefronts and stores are lost"
    )
    parser.add_argument("--sticky", action="store_true", help="the balancer leads each shopper back by a cookie")
    parser.add_argument("--store", choices=WAYS, default="redis", help="where carts are (%(default)s)")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # which ends everything and deletes the folder
    STATE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="demo-", dir=STATE) as folder:
        return asyncio.run(_demo(Place(Path(folder)), Way(options.store, options.sticky)))


async def _demo(place: Place, way: Way) -> int:
    place.make()
    ports, began = Ports.free(INSTANCES), time.monotonic()
    print("Opening a shop of its own, beside whatever runs: some ten seconds.", flush=True)
    given = {name: os.environ[name] for name in KEPT if name in os.environ}
    parts = all_parts(place, ports, environment(place.state, ports, given), way)
    async with open_stage(parts, place, ports, way) as stage:
        print(f"Three storefronts behind HAProxy at {stage.url} after {time.monotonic() - began:.0f} s.", flush=True)
        outcomes = await play(stage, way, lambda line: print(line, flush=True))
    return exit_code(outcomes)


async def play(stage: Stage, way: Way, tell: Tell) -> list[Outcome]:
    """All trials of a way, told line by line."""
    tell(f"\n{way.title}.\nJana is one of {SHOPPERS} shoppers; the others do the same.")
    outcomes = []
    for trial, promise in way.promises.items():
        tell(f"\n{trial.capitalize()}")
        outcomes.append(await try_out(stage, trial, promise, lambda line: tell(f"  {line}")))
    tell(f"\n{table(way, outcomes)}")
    return outcomes


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """0 if what docs/carts.md says is what was seen."""
    return 0 if all(outcome.is_as_promised for outcome in outcomes) else 1


def table(way: Way, outcomes: Sequence[Outcome]) -> str:
    lines = [f"{way.title}:"]
    for outcome in outcomes:
        told = outcome.promise.why if outcome.is_as_promised else f"THE DOCS PROMISE {outcome.expected}."
        lines += [f"  {outcome.trial:<34}{outcome.kept:>2} of {SHOPPERS} carts kept", f"      {told}"]
    lines += [way.moral, "This is NOT what docs/carts.md says." if exit_code(outcomes) else "As docs/carts.md says."]
    return "\n".join(lines)
