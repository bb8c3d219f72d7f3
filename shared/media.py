"""Files that all instances share (EFS): pictures and documents. Every call that touches the disk runs in a thread."""

import asyncio
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from shared import crash
from shared.errors import NotFound, Unavailable


@dataclass(frozen=True)
class Stored:
    """A file by its content: sha256 in hex, path relative to the media root, size in bytes."""

    sha256: str
    path: str
    size: int


class Media:
    def __init__(self, root: Path) -> None:
        self._root = root

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
        return await asyncio.to_thread(self._read, path)

    def _read(self, path: str) -> bytes:
        target = (self._root / path).resolve()
        if not target.is_relative_to(self._root.resolve()):
            raise NotFound("There is no such file.")
        try:
            return target.read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NotFound("There is no such file.") from error
        except OSError as error:
            raise Unavailable("The shared disk does not answer.") from error

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
