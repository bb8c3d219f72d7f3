"""`./shop bench [--json] [--only ROW] [--report]`: the figures of this machine against their limits.

Exit codes: 0 all targets are reached, 1 one is missed or could not be measured, 2 there is no such row.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

from bench.machine import this_machine
from bench.registry import ROWS, measure
from bench.report import write_report
from bench.rows import as_json, as_text
from deploy.local.place import CHECKOUT

DOCS = CHECKOUT / "docs"


def main(words: Sequence[str]) -> int:
    options = _options(words)
    wanted = {options.only} if options.only else set(ROWS)
    machine, began = this_machine(), time.monotonic()
    try:
        rows = asyncio.run(measure(wanted, tell=_tell))
    except KeyboardInterrupt:
        return 1
    _tell(f"that took {time.monotonic() - began:.0f} s")
    sys.stdout.write(as_json(rows) if options.json else as_text(rows))
    if missing := wanted - {row.name for row in rows}:
        _tell(f"not measured: {', '.join(sorted(missing))}")
    elif options.report:
        write_report(rows, machine, DOCS)
    return 0 if not missing and all(row.is_good for row in rows) else 1


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./shop bench",
        description="The figures of this machine. A row is good when its ratio to its limit reaches its target.",
        epilog="rows:\n" + "".join(f"  {name:<18}{told}\n" for name, told in ROWS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    some = parser.add_mutually_exclusive_group()
    some.add_argument("--only", metavar="ROW", choices=tuple(ROWS), help="measure this row only")
    some.add_argument("--report", action="store_true", help="write tables and pictures into docs/performance.md, too")
    return parser.parse_args(words)


def _tell(sentence: str) -> None:
    """Beside the figures: they take minutes."""
    sys.stderr.write(f"shop: {sentence}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
