"""A part's process id below .local/run, for whoever looks from outside; never a reason to stop."""

import contextlib
from pathlib import Path


class PidFile:
    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, pid: int) -> None:
        """A full disk leaves it empty: the part runs all the same, and `status` knows its number."""
        with contextlib.suppress(OSError):
            self._path.write_text(f"{pid}\n", encoding="utf-8")

    def remove(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
