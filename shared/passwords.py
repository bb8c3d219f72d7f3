"""Passwords: argon2id off the event loop, in as many threads as there are cores, with a bounded queue.

Parameters of the OWASP Password Storage Cheat Sheet (19 MiB, two passes, one lane): about 17 ms a check.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.common_passwords import is_common
from shared.errors import FieldError, Invalid, TooMany

T = TypeVar("T")

SHORTEST, LONGEST = 8, 256  # characters
COMMON = "This password is one of those that most people use, so it is guessed first. Choose another."
NICER = 5  # a thread that hashes than all others: a third of their share, where a core is wanted by both
WAITING = 64  # checks that may wait for a thread: about a second of work

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")  # so that an unknown address takes as long as a known one


def hash_password(password: str) -> str:
    """Hash a password; blocks for some 17 ms, so call it in a command or a thread."""
    return _hasher.hash(password)


def check_password(password: str) -> None:
    """Raise Invalid unless a new password has a sensible length and is none that is guessed first; no other rule.

    Reads a list from the disk on its first call, so call it in a command or a thread.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise _unfit(f"A password has {SHORTEST} to {LONGEST} characters.")
    if is_common(password):
        raise _unfit(COMMON)


def _unfit(why: str) -> Invalid:
    return Invalid(errors=[FieldError("password", why)])


def _fits(password_hash: str | None, password: str) -> bool:
    """Compares as it was sent: one that is too long is looked at for as long as others, and is never right."""
    try:
        _hasher.verify(password_hash or _NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None and len(password) <= LONGEST


def _let_others_go_first() -> None:
    """Let the system prefer the event loop to this thread, which else keeps a core for a whole check.

    Linux counts niceness by thread; other systems do not, and go without.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + NICER)


class Passwords:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, "passwords", _let_others_go_first)
        self._under_way = 0

    async def fits(self, password_hash: str | None, password: str) -> bool:
        """Whether a password is the right one; None as the hash takes as long and is never right.

        Raises:
            TooMany: the queue is full.
        """
        return await self._run(_fits, password_hash, password)

    async def check_new(self, password: str) -> None:
        """Raises Invalid: see `check_password`."""
        await self._run(check_password, password)

    async def hash(self, password: str) -> str:
        return await self._run(hash_password, password)

    async def _run(self, function: Callable[..., T], *args: object) -> T:
        if self._under_way >= WAITING:
            raise TooMany(retry_after_s=2)
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)
        finally:
            self._under_way -= 1

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
