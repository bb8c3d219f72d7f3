"""`python -m tests.integration.door FOLDER LARGEST_BYTES VERB...`: the door, with FOLDER in the place of .local.

No file may grow beyond LARGEST_BYTES, which is what a full disk does; -1: as large as it likes.
"""

import os
import random
import resource
import subprocess
import sys
from pathlib import Path

from deploy.local import __main__ as door
from deploy.local import keeper
from deploy.local.place import CHECKOUT, Place
from deploy.local.ports import Ports, fault_at
from tests.shares import share

MARK = "STACK_OF_THIS_TEST"
NO_LIMIT = -1
BASES = share(range(9000, 20000))  # shifted by as much, no part's port is one that Linux gives to outgoing connections


def free_base() -> Ports:
    """Free ports that `run --port` can mean, with those of three storefronts, machines or not, and of four readers."""
    shifted = (Ports.based_on(base) for base in random.sample(BASES, k=len(BASES)))
    return next(ports for ports in shifted if not any(map(fault_at, _all_of(ports))))


def _all_of(ports: Ports) -> list[int]:
    processes = range(ports.process(1), ports.process(4))
    return [*vars(ports).values(), *map(ports.instance, (1, 2, 3)), *processes, *map(ports.reader, (1, 2, 3, 4))]


def run(
    place: Place, ports: Ports, largest_bytes: int = NO_LIMIT, options: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    command, environ = _door(place, largest_bytes, "run", "--port", str(ports.storefront), *options)
    return subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, timeout=60, check=False)


def start(place: Place, *words: str) -> subprocess.Popen[str]:
    """The door with these words, which goes on by itself; whoever calls reads what it says, or it waits."""
    command, environ = _door(place, NO_LIMIT, *words)
    return subprocess.Popen(
        command, cwd=CHECKOUT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _door(place: Place, largest_bytes: int, *words: str) -> tuple[list[str], dict[str, str]]:
    command = [sys.executable, "-m", "tests.integration.door", str(place.state), str(largest_bytes), *words]
    return command, {**os.environ, MARK: str(place.state)}


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
