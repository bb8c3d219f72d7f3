"""The processes of a group as Linux shows them, and what a signal does to them."""

import os
import resource
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

GROUP, STATE = 2, 0  # fields of /proc/PID/stat behind the command's name


def members(group: int) -> list[int]:
    """The living processes of a group."""
    return [pid for pid, fields in _processes() if int(fields[GROUP]) == group and fields[STATE] != "Z"]


def living(pids: Iterable[int]) -> list[int]:
    """Those that are there still; a zombie is not."""
    states = {pid: fields[STATE] for pid, fields in _processes()}
    return [pid for pid in pids if states.get(pid, "Z") != "Z"]


def children(leader: int) -> list[int]:
    """The members of a leader's group but itself: a Celery worker's children."""
    return [pid for pid in members(leader) if pid != leader]


def strike(pid: int, number: signal.Signals) -> None:
    """Send a signal to one process; one that is gone is no fault."""
    assert pid > 1, "0 would be our own group"
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def strike_group(group: int) -> None:
    """SIGKILL to all of a group at once."""
    assert group > 1, "0 would be our own group"
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def limit_files(group: int, most_bytes: int | None) -> None:
    """Let no process of a group write a file longer than this, as on a full disk; None lifts it."""
    assert group > 1, "0 would be our own group"
    for pid in members(group):
        with suppress(ProcessLookupError):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if most_bytes is None else most_bytes, hard))


def cpu_s(pids: Iterable[int]) -> float:
    """The CPU time that these processes, and their ended children, have used so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    wanted = set(pids)
    return sum(sum(map(int, fields[11:15])) for pid, fields in _processes() if pid in wanted) / ticks


def _processes() -> Iterator[tuple[int, list[str]]]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield int(folder.name), (folder / "stat").read_text().rpartition(")")[2].split()
