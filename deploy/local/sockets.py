"""Names of sockets, which must be shorter than other files' names."""

import os
from pathlib import Path


def near(path: Path) -> str:
    """The shorter of two names of this file: a socket's name may have 107 bytes at most."""
    return min(str(path), os.path.relpath(path), key=len)
