"""Figures of a run, for whoever runs it with -s; a failed test shows them too."""

import sys


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
