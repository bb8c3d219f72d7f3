"""`./shop crash-points`: python -m shared.crash_points [--all]"""

import argparse
import sys
from collections.abc import Sequence

from shared import crash


def main(words: Sequence[str]) -> int:
    """Print the names for CRASH_AT, one a line, in the order in which an order passes them."""
    parser = argparse.ArgumentParser(
        prog="./shop crash-points",
        description="Where CRASH_AT=name:n makes a process die: what every ordinary order passes.",
        allow_abbrev=False,
    )
    parser.add_argument("--all", action="store_true", help="those of other flows too, as a card's or the sweep's")
    names = crash.NAMES if parser.parse_args(words).all else crash.POINTS[crash.ORDER]
    sys.stdout.writelines(f"{name}\n" for name in names)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
