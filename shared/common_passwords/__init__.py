"""The passwords that most people use: about 20,000, in the order of how often they were seen; see LICENSE.

Read once, on the first question; in memory they take 2 MB.
"""

import gzip
from functools import cache
from pathlib import Path

LIST = Path(__file__).with_name("list.txt.gz")  # a password a line, in lower case


def is_common(password: str) -> bool:
    """Whether this is one of them, however it is capitalised; the first call blocks for some 10 ms."""
    return password.strip().lower() in _common()


@cache
def _common() -> frozenset[str]:
    with gzip.open(LIST, "rt", encoding="utf-8") as lines:
        return frozenset(line.rstrip("\n") for line in lines)
