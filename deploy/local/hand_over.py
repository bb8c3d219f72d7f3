"""Verbs that are programs of the shop itself, run with the running stack's environment."""

import os
import sys
from collections.abc import Mapping, Sequence

from deploy.local import noticeboard
from deploy.local.environment import environment
from deploy.local.place import Place
from deploy.local.ports import DEFAULT_PORT, Ports

PROGRAMS = {
    "migrate": "shared.migrate",
    "seed": "shared.seed",
    "staff": "shared.staff_command",
    "audit": "workers.operators.audit",
    "dead-letters": "workers.operators.dead_letters",
    "orders": "workers.operators.orders",
    "steps": "workers.operators.steps",
    "queues": "workers.operators.queues",
    "backup": "workers.operators.backup",
    "found-papers": "workers.operators.found_papers",
    "catalog": "workers.operators.catalog",
    "load": "workers.operators.load_runs",
}


def hand_over(place: Place, verb: str, arguments: Sequence[str], given: Mapping[str, str]) -> int:
    """Become the verb's program; returns never.

    Raises:
        CannotLook: no stack runs, and no other database was named.
    """
    port = DEFAULT_PORT if "DATABASE_WRITER_URL" in given else noticeboard.read(place).port
    environ = environment(place.state, Ports.based_on(port), {"LOG_FORMAT": "text", **given})
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", PROGRAMS[verb], *arguments], environ)  # noqa: S606
