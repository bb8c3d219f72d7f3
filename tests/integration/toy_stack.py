"""`python -m tests.integration.toy_stack FOLDER SCRIPT...`: a stack whose parts are shell scripts, as `run` runs it.

The first part is called part-1, and so on; a part is ready once its script says "ready".
"""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from deploy.local.lock import take_lock
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.probes import says_ready
from deploy.local.run import run_parts
from deploy.local.scale import Scale
from deploy.local.stop_signals import hold_signals

STOP_S = 20


def script_part(name: str, script: str, **changes: Any) -> Part:
    part = Part(name=name, command=("sh", "-c", script), environment=dict(os.environ), probe=says_ready, stop_s=STOP_S)
    return replace(part, **changes)


def main() -> int:
    place = Place(Path(sys.argv[1]))
    place.make()
    ports = Ports()
    parts = [script_part(f"part-{number}", script) for number, script in enumerate(sys.argv[2:], 1)]
    hold_signals()
    lock = take_lock(place.lock)
    return asyncio.run(run_parts(parts, place, ports, lock, Scale.plain(place, ports)))


if __name__ == "__main__":
    sys.exit(main())
