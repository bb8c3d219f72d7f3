"""`python -m tests.integration.door FOLDER LARGEST_BYTES VERB...`: the door, with FOLDER in the place of .local.

No file may grow beyond LARGEST_BYTES, which is what a full disk does; -1: as large as it likes.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

from deploy.local import __main__ as door
from deploy.local import keeper
from deploy.local.place import CHECKOUT, Place
from deploy.local.ports import Ports

MARK = "STACK_OF_THIS_TEST"
NO_LIMIT = -1


def run(place: Place, ports: Ports, largest_bytes: int = NO_LIMIT) -> subprocess.CompletedProcess[str]:
    words = (str(place.state), str(largest_bytes), "run", "--port", str(ports.storefront))
    return subprocess.run(
        [sys.executable, "-m", "tests.integration.door", *words],
        cwd=CHECKOUT,
        env={**os.environ, MARK: str(place.state)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def left_running(place: Place) -> list[str]:
    """What still runs of those that `run` started, and of their children."""
    mark = f"{MARK}={place.state}".encode()
    return [folder.name for folder in Path("/proc").glob("[0-9]*") if mark in _environment(folder)]


def _environment(folder: Path) -> list[bytes]:
    try:
        return (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def main() -> int:
    folder, largest, *words = sys.argv[1:]
    vars(door)["STATE"] = Path(folder)
    keeper.FIRST_BACKOFF_S = 0.001
    if int(largest) >= 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), int(largest)))
    return door.main(words)


if __name__ == "__main__":
    sys.exit(main())
