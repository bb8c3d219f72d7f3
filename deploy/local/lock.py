"""One stack a checkout: a locked file that holds the supervisor's process id."""

import fcntl
import os
import time
from pathlib import Path

from deploy.local.faults import StackFault

PATIENCE_S = 15.0  # how long the guard of a killed supervisor may take to sweep up
LOOK_AGAIN_S = 0.05


def take_lock(path: Path) -> int:
    """Lock the file for the life of this process and return its descriptor.

    The lock goes with the process, so an old file of a dead one is no obstacle; its guard may hold it a moment longer.

    Raises:
        StackFault: another stack of this checkout runs.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    end = time.monotonic() + PATIENCE_S
    while not _lock(descriptor, fcntl.LOCK_EX):
        pid = _read_pid(descriptor)
        if _is_alive(pid) or time.monotonic() > end:
            os.close(descriptor)
            raise StackFault(f"another stack of this checkout runs (process {pid}). ./shop stop ends it")
        time.sleep(LOOK_AGAIN_S)
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def running_pid(path: Path) -> int | None:
    """The process id of the running supervisor, or None when no stack runs."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        if _lock(descriptor, fcntl.LOCK_SH):
            return None
        pid = _read_pid(descriptor)
        return pid if _is_alive(pid) else None
    finally:
        os.close(descriptor)


def is_free(path: Path) -> bool:
    """True when not even the guard of a dead supervisor is left."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        return _lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_pid(descriptor: int) -> int:
    """0 when the file holds no number, as in the moment before it is written."""
    text = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
    return int(text) if text.isascii() and text.isdigit() else 0


def _is_alive(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
