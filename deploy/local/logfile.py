"""A part's log below .local/log, kept small and never a reason to stop."""

import contextlib
from pathlib import Path

LARGEST_BYTES = 20 * 1024 * 1024


class LogFile:
    """Appends lines; a file that has grown too large becomes NAME.1, replacing an older one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("ab", buffering=0)
        self._size = self._file.tell()

    def write(self, line: bytes) -> None:
        """Lines that a full disk does not take are lost; the terminal still shows them."""
        with contextlib.suppress(OSError):
            self._size += self._file.write(line + b"\n") or 0
            if self._size > LARGEST_BYTES:
                self._turn_over()

    def _turn_over(self) -> None:
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._file.close()
        self._file = self._path.open("ab", buffering=0)
        self._size = 0

    def close(self) -> None:
        self._file.close()
