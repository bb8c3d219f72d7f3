"""Passwords: argon2id off the event loop, in as many threads as there are cores, with a bounded queue.

Parameters of the OWASP Password Storage Cheat Sheet (19 MiB, two passes, one lane): about 17 ms a check.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import TooMany

T = TypeVar("T")

SHORTEST, LONGEST = 8, 256  # characters
WAITING = 64  # checks that may wait for a thread: about a second of work

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")  # so that an unknown address takes as long as a known one


def hash_password(password: str) -> str:
    """Hash a password; blocks for some 17 ms, so call it in a command or a thread."""
    return _hasher.hash(password)


def _fits(password_hash: str | None, password: str) -> bool:
    try:
        _hasher.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


class Passwords:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="passwords")
        self._under_way = 0

    async def fits(self, password_hash: str | None, password: str) -> bool:
        """Whether a password is the right one; None as the hash takes as long and is never right.

        Raises:
            TooMany: the queue is full.
        """
        return await self._run(_fits, password_hash, password)

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
