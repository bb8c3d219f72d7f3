"""The supervisor's end of the guard: tells it which process groups there are."""

import asyncio
import os
import secrets
import sys
from pathlib import Path

from deploy.local import guard

PROGRAM = Path(guard.__file__)
END_S = 15.0


class Watchdog:
    """Keeps one guard process running; should that die itself, the next one learns all groups anew."""

    def __init__(self, held_files: tuple[int, ...] = ()) -> None:
        """`held_files`: descriptors the guard keeps open, as the lock file's, until nothing is left."""
        self._token = secrets.token_hex(16)
        self._held_files = held_files
        self._groups: set[int] = set()
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def marks(self) -> dict[str, str]:
        """The variable every part must carry."""
        return {guard.VARIABLE: self._token}

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        await self._start_guard()
        self._keeping = asyncio.create_task(self._keep())

    def add(self, group: int) -> None:
        self._groups.add(group)
        self._tell(f"+{group}\n")

    def remove(self, group: int) -> None:
        self._groups.discard(group)
        self._tell(f"-{group}\n")

    async def close(self) -> None:
        """Let the guard sweep up and end."""
        if self._keeping:
            self._keeping.cancel()
        if self._process and self._process.stdin:
            self._process.stdin.close()
            await asyncio.wait([asyncio.create_task(self._process.wait())], timeout=END_S)

    async def _start_guard(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(PROGRAM), self._token),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if name != guard.VARIABLE},
            pass_fds=self._held_files,
            start_new_session=True,
        )
        for group in self._groups:
            self._tell(f"+{group}\n")

    async def _keep(self) -> None:
        while self._process:
            await self._process.wait()
            await self._start_guard()

    def _tell(self, line: str) -> None:
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(line.encode())
