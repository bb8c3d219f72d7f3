"""`stop` and `reset`: end the running stack, delete its data."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

from deploy.local.faults import StackFault, UsageFault
from deploy.local.lock import is_free, running_pid
from deploy.local.place import Place

ORDERLY_S = 30.0
KILLED_S = 15.0
LOOK_EVERY_S = 0.05


def stop(place: Place) -> int:
    """Stop the running stack and wait for its end; 0 when none ran, too.

    Raises:
        StackFault: it does not end.
    """
    pid = running_pid(place.lock)
    if pid is None and is_free(place.lock):
        print("nothing runs")
        return 0
    for patience_s in (ORDERLY_S, KILLED_S):
        if pid:
            _send(pid)
        if _wait(place.lock, patience_s):
            print("stopped")
            return 0
    raise StackFault(f"the stack does not end. Kill its supervisor: kill -9 {pid}; nothing it started survives that")


def _send(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except PermissionError:
        raise StackFault(f"process {pid} is another user's. Ask that user, or root, to stop it") from None


def _wait(lock: Path, patience_s: float) -> bool:
    end = time.monotonic() + patience_s
    while not is_free(lock):
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_EVERY_S)
    return True


def reset(place: Place, *, is_sure: bool) -> int:
    """Delete database, Redis, provider, mailbox and media, after asking.

    Raises:
        StackFault: the stack runs.
        UsageFault: there is nobody to ask.
    """
    if running_pid(place.lock) is not None:
        raise StackFault("the stack runs. Stop it first: ./shop stop")
    if not is_sure and not _agrees(place):
        print("nothing was deleted")
        return 1
    for path in place.data:
        _delete(path)
    print("all data is deleted. ./shop run starts with a new shop")
    return 0


def _agrees(place: Place) -> bool:
    if not sys.stdin.isatty():
        raise UsageFault("there is no terminal to ask at. Say that you are sure: ./shop reset --yes")
    print(f"This deletes all orders, carts, mails, charges, pictures and invoices of this checkout, in {place.state}.")
    return input("Delete them? Type yes: ").strip().lower() == "yes"


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
