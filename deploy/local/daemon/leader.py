"""Which of several daemons keeps the time: the one that holds the lock; the kernel frees it when that process dies."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path


class Leadership:
    """The lock, and the last minute that any leader has seen to, kept in the same file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._is_ours = False

    def is_ours(self) -> bool:
        """Whether we lead; tries to, if nobody else does."""
        if not self._is_ours:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._is_ours = True
            except BlockingIOError:
                return False
        return True

    @property
    def last_minute(self) -> datetime | None:
        """None if nobody ever led."""
        text = os.pread(self._file, 100, 0).decode(errors="replace").strip()
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except ValueError:
            return None

    def note(self, minute: datetime) -> None:
        os.pwrite(self._file, f"{minute.isoformat()}\n".encode(), 0)  # always as long as the one before

    def close(self) -> None:
        os.close(self._file)
