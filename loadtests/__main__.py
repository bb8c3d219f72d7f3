"""`python -m loadtests`: the shoppers of one run, in a process of their own; `./shop load` starts it and judges.

What they were told goes into the file named by --diary. What is secret comes in the environment: see `trip.plan_trip`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from loadtests.crowd import KINDS, shop
from loadtests.shapes import SHAPES
from loadtests.trip import plan_trip

CANNOT_LOOK = 2


def main(words: Sequence[str]) -> int:
    options = _options(words)
    try:
        trip = plan_trip(options.host, os.environ)
    except (OSError, ValueError, KeyError) as error:
        print(f"{options.host} shows no catalogue: {error}", file=sys.stderr)
        return CANNOT_LOOK
    trip.seed, trip.think_s, trip.hot_sku = options.seed, tuple(options.think_s), options.hot_sku
    shop(trip, options.users, options.seconds, options.shape, options.kinds)
    trip.diary.write(options.diary)
    return 0


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m loadtests", allow_abbrev=False)
    parser.add_argument("--host", required=True, help="where the shop is, as in http://localhost:8000")
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--diary", type=Path, required=True, help="the file to write")
    parser.add_argument("--shape", choices=tuple(SHAPES), default="steady")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--think-s", type=float, nargs=2, default=(1.0, 5.0), metavar=("LEAST", "MOST"))
    parser.add_argument("--hot-sku", default="", help="what a flash sale sells")
    parser.add_argument("--kinds", nargs="*", default=(), choices=tuple(KINDS), help="only these kinds of shoppers")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
