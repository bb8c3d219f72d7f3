"""Outlives the supervisor for a moment, so that nothing else does: not even after its `kill -9`.

`python guard.py TOKEN` reads "+GROUP" and "-GROUP" lines (process groups of parts) from its standard input. When that
ends, for whatever reason, it kills the groups that are left and every process whose environment holds the token, as
a part's children inherit it whatever group they moved to. Imports nothing of the project: it must start in no time.
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

VARIABLE = "SHOP_STACK"
PATIENCE_S = 10.0
LOOK_AGAIN_S = 0.02


def left_behind(token: str) -> list[int]:
    """Processes that carry the token; empty where there is no /proc."""
    mark = f"{VARIABLE}={token}".encode()
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if mark in _environment(folder)]


def _environment(folder: Path) -> list[bytes]:
    try:
        return (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def read_groups(lines: list[str]) -> set[int]:
    """The process groups that were announced and not taken back."""
    groups: set[int] = set()
    for line in lines:
        if line[:1] == "+":
            groups.add(int(line[1:]))
        else:
            groups.discard(int(line[1:]))
    return groups


def kill_all(groups: set[int], token: str) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    end = time.monotonic() + PATIENCE_S
    while (found := left_behind(token)) and time.monotonic() < end:
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(LOOK_AGAIN_S)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    kill_all(read_groups(sys.stdin.read().split()), sys.argv[1])


if __name__ == "__main__":
    main()
