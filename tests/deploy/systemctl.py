"""What `systemctl stop UNIT...` does, for units whose main process is noted in $UNITS/UNIT.pid; other calls do nothing.

As systemd it asks the whole group of a unit unless a drop-in says `KillMode=mixed`, waits for TimeoutStopSec, and kills
what is left. A kill before the main process has ended is noted in $CALLS.
"""

import os
import re
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

LOOK_S, STOP_S = 0.05, 90
UNKNOWN = 5  # systemctl's own exit code
UNITS = Path(os.environ["UNITS"])


def ask(unit: str) -> tuple[int, float]:
    """Its main process, and until when it may go on."""
    drop_in = UNITS / f"{unit}.d" / "10-stop.conf"
    said = drop_in.read_text("utf-8") if drop_in.exists() else ""
    main, patience = int(pid_file(unit).read_text("utf-8")), re.search(r"TimeoutStopSec=(\d+)", said)
    send = os.kill if "KillMode=mixed" in said else os.killpg
    with suppress(ProcessLookupError):
        send(main, signal.SIGTERM)
    return main, time.monotonic() + (int(patience[1]) if patience else STOP_S)


def end(unit: str, main: int, deadline: float) -> None:
    while lives(main) and time.monotonic() < deadline:
        time.sleep(LOOK_S)
    if lives(main):
        note(f"killed {unit}")
    with suppress(ProcessLookupError):
        os.killpg(main, signal.SIGKILL)


def lives(pid: int) -> bool:
    """A zombie waits for its parent, which is not systemd here."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def note(line: str) -> None:
    with open(os.environ["CALLS"], "a", encoding="utf-8") as calls:
        calls.write(f"{line}\n")


def pid_file(unit: str) -> Path:
    return UNITS / f"{unit}.pid"


def run(verb: str, *units: str) -> int:
    if verb != "stop":
        return 0
    known = [unit for unit in units if pid_file(unit).exists()]
    asked = {unit: ask(unit) for unit in known}  # all at once, as systemd does it
    for unit, (main, deadline) in asked.items():
        end(unit, main, deadline)
    return 0 if len(known) == len(units) else UNKNOWN


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
