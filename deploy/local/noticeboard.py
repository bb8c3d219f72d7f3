"""What the running stack tells other terminals: a JSON file below .local/run."""

import contextlib
import json
from dataclasses import dataclass
from typing import Any

from deploy.local.faults import CannotLook
from deploy.local.lock import running_pid
from deploy.local.place import Place

NOTHING_RUNS = "no stack of this checkout runs. Start it: ./shop run"


@dataclass(frozen=True)
class Notice:
    """The running stack's supervisor, base port and rows of parts."""

    pid: int
    port: int
    parts: list[dict[str, Any]]


def post(place: Place, notice: Notice) -> None:
    """Replace the notice in one step; a full disk leaves the old one."""
    path = place.run / "stack.json"
    new = path.with_name("stack.json.new")
    with contextlib.suppress(OSError):
        new.write_text(json.dumps(vars(notice)), encoding="utf-8")
        new.replace(path)


def take_down(place: Place) -> None:
    (place.run / "stack.json").unlink(missing_ok=True)


def read(place: Place) -> Notice:
    """The notice of the running stack.

    Raises:
        CannotLook: none runs.
    """
    pid = running_pid(place.lock)
    try:
        notice = Notice(**json.loads((place.run / "stack.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise CannotLook(NOTHING_RUNS) from None
    if notice.pid != pid:
        raise CannotLook(NOTHING_RUNS)
    return notice
