"""Files that all instances share (EFS): pictures and documents. What touches the disk runs in threads of its own.

A hanging disk holds a thread until it is back, so reading never takes those that others need.
"""

import asyncio
import hashlib
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from shared import crash
from shared.circuit import Circuit
from shared.errors import NotFound, Unavailable

THREADS = 8
READ_S = 3


@dataclass(frozen=True)
class Stored:
    """A file by its content: sha256 in hex, path relative to the media root, size in bytes."""

    sha256: str
    path: str
    size: int


class Media:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="media")
        self.circuit = Circuit("media", self._ask)

    async def store(self, folder: str, suffix: str, content: bytes) -> Stored:
        """Keep bytes under their own hash; the same bytes again change nothing."""
        sha256 = hashlib.sha256(content).hexdigest()
        stored = Stored(sha256, f"{folder}/{sha256[:2]}/{sha256}{suffix}", len(content))
        await asyncio.to_thread(self._write, stored, content)
        return stored

    async def read(self, path: str) -> bytes:
        """Read a file below the root.

        Raises:
            NotFound: no such file, or a path that leads out of the root.
            Unavailable: the shared disk does not answer as it should.
        """
        try:
            async with self.circuit.call(READ_S):
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, path)
        except OSError as error:
            raise Unavailable("The shared disk does not answer.") from error

    async def delete(self, path: str) -> bool:
        """Delete a file below the root; whether there was one."""
        return await asyncio.to_thread(self._delete, path)

    def close(self) -> None:
        """Begin nothing more; a thread that hangs is left behind."""
        self.circuit.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self) -> None:
        is_usable = await asyncio.get_running_loop().run_in_executor(
            self._threads, os.access, self._root, os.R_OK | os.X_OK
        )
        if not is_usable:
            raise OSError("the media folder cannot be read")

    def _read(self, path: str) -> bytes:
        target = self._inside(path)
        try:
            return target.read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NotFound("There is no such file.") from error

    def _delete(self, path: str) -> bool:
        target = self._inside(path)
        is_there = target.is_file()
        target.unlink(missing_ok=True)
        return is_there

    def _inside(self, path: str) -> Path:
        target = (self._root / path).resolve()
        if not target.is_relative_to(self._root.resolve()):
            raise NotFound("There is no such file.")
        return target

    def _write(self, stored: Stored, content: bytes) -> None:
        """Write beside, flush to the disk, then rename: a reader sees all of it or nothing."""
        target = self._root / stored.path
        if target.exists() and target.stat().st_size == stored.size:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).chmod(0o644)
            crash.here("media.before_rename")
            Path(beside).replace(target)
            crash.here("media.after_rename")
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
