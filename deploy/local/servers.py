"""Servers that are on this machine already, or that ./shop unpacked without installing them."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from deploy.local.faults import StackFault
from deploy.local.place import PRIVATE_ROOT

LIBRARIES = "LD_LIBRARY_PATH"
FOLDERS = (Path("/usr/sbin"), PRIVATE_ROOT / "usr/sbin")


def find_server(program: str, missing: str) -> Path:
    """The one on the PATH, Debian's own, or the one that ./shop unpacked.

    Raises:
        StackFault: there is none; says `missing`.
    """
    on_path = shutil.which(program)
    for server in (*([Path(on_path)] if on_path else []), *(folder / program for folder in FOLDERS)):
        if server.is_file():
            return server
    raise StackFault(missing)


def with_private_libraries(environ: Mapping[str, str]) -> dict[str, str]:
    """What was unpacked finds its libraries nowhere else, whoever starts it."""
    unpacked = [str(folder) for where in ("usr/lib", "lib") for folder in PRIVATE_ROOT.glob(f"{where}/*-linux-gnu")]
    known = [environ[LIBRARIES]] if environ.get(LIBRARIES) else []
    return {**environ, LIBRARIES: os.pathsep.join([*known, *unpacked])}
