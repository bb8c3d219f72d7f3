"""`python -m tests.faults.without [GUARD …]`: take each guard out in turn, and see that a test turns red.

A promise is only as good as the test that would notice its absence. Exit code 0 if every guard is missed, else 1.
The guards stand in `guards.py`; `unguarded/sitecustomize.py` takes them out. Each run takes about a minute.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.guards import GUARDS, VARIABLE

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
PATIENCE_S = 400
RED = "FAILED "  # begins pytest's line on a test that failed; one that could not be set up says ERROR


@dataclass(frozen=True)
class Finding:
    """is_missed: its test failed; said: why, or the end of what pytest said."""

    guard: str
    is_missed: bool
    said: str


def run_without(name: str) -> Finding:
    """Run the guard's test, in a process group of its own, with the guard taken out."""
    environment = os.environ | {
        VARIABLE: name,
        "CHECKOUT": str(CHECKOUT),
        "PYTHONPATH": str(HERE / "unguarded"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "pytest", f"{HERE}/{GUARDS[name].test}", "-x", "-q", "--tb=line"]
    try:
        ran = subprocess.run(
            command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Finding(name, False, f"no end within {PATIENCE_S} s")
    lines = ran.stdout.splitlines()
    is_red = any(line.startswith(RED) for line in lines)
    reasons = [line for line in lines if line.startswith("E  ")]
    return Finding(name, is_red, reasons[0][4:200] if is_red and reasons else (ran.stdout + ran.stderr)[-800:])


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.without", description="Is each guard missed?")
    parser.add_argument("guards", nargs="*", help=", ".join(GUARDS), metavar="GUARD")
    names = parser.parse_args(words).guards or list(GUARDS)
    if unknown := set(names) - GUARDS.keys():
        parser.error(f"no such guard: {', '.join(sorted(unknown))}")
    findings = [_told(run_without(name)) for name in names]
    unmissed = [finding.guard for finding in findings if not finding.is_missed]
    sys.stdout.write(f"FAIL nobody misses: {', '.join(unmissed)}\n" if unmissed else f"PASS {len(names)} missed\n")
    return 1 if unmissed else 0


def _told(finding: Finding) -> Finding:
    word = "red, as it must be" if finding.is_missed else "NOT red"
    sys.stdout.write(f"without {finding.guard:<14} {word}: {finding.said}\n")
    sys.stdout.flush()
    return finding


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
