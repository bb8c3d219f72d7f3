"""When tests run in several processes at once (pytest-xdist), each takes ports from a share of its own.

A port that was found free is opened a moment later; until then another process must not find it, too.
"""

import os


def share(numbers: range) -> range:
    """This process's part of the numbers; all of them when it is the only one."""
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    size = len(numbers) // count
    return numbers[number * size : (number + 1) * size]
