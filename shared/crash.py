"""Named points where a test makes a process die, as a power cut would: `CRASH_AT=name:n`, never in production.

Every point stands once in the code, as `crash.here("name")`, beside a commit, publish, charge, render, send or ack.
This module holds the one switch of a process; until `arm` is called a point is a comparison with None.
"""

import logging
import os
import re
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

logger = logging.getLogger(__name__)

ORDER = "order"  # what every order passes that is paid and delivered as planned, however it is paid

POINTS: Mapping[str, tuple[str, ...]] = {
    ORDER: (
        "checkout.before_commit",
        "checkout.after_commit",
        "checkout.before_cart_emptied",
        "checkout.before_answer",
        "publish.before_send",
        "publish.after_send",
        "publish.after_note",
        "take.after_receive",
        "step.after_claim",
        "step.before_finish",
        "step.before_commit",
        "step.after_finish",
        "announce.before_note",
        "announce.after_note",
        "payment.before_ask",
        "payment.after_ask",
        "payment.before_commit",
        "invoice.after_number",
        "invoice.after_reserve",
        "invoice.after_render",
        "media.before_rename",
        "media.after_rename",
        "invoice.after_store",
        "invoice.before_commit",
        "mail.after_reserve",
        "mail.after_render",
        "mail.before_send",
        "mail.after_send",
        "mail.before_commit",
        "ack.before_delete",
        "ack.after_delete",
    ),
    "card": (
        "payment.before_authorize",
        "payment.after_authorize",
        "payment.before_capture",
        "payment.after_capture",
    ),
    "decline": ("payment.before_decline_commit",),
    "hosted": ("payment.before_page_commit",),
    "capture": ("capture.before_call", "capture.after_call"),
    "void": ("void.before_call", "void.after_call"),
    "refund": ("refund.before_call", "refund.after_call"),
    "credit_note": ("credit_note.after_reserve", "credit_note.after_store"),
    "retry": ("step.before_retry", "mail.after_question", "reject.before_show"),
    "sweep": ("sweep.after_take", "sweep.before_note", "sweep.after_note"),
}
"""The points by the flow that passes them, in the order in which it does."""

NAMES = tuple(name for names in POINTS.values() for name in names)


@dataclass(frozen=True)
class CrashAt:
    """Where to die: on the n-th pass, counted from 1, of the point of this name."""

    name: str
    n: int


@dataclass(frozen=True)
class _Armed:
    at: CrashAt
    markers: Path
    passes: Iterator[int]


_armed: _Armed | None = None


def here(name: str) -> None:
    """Die here, if this is the pass that was asked for."""
    if _armed is not None and _armed.at.name == name and next(_armed.passes) == _armed.at.n:
        _die(_armed)


def parse(text: str) -> CrashAt:
    """Read `name:n`.

    Raises:
        ValueError: no such point, or n is no whole number from 1; says which, and may follow the variable's name.
    """
    name, _, n = text.partition(":")
    if name not in NAMES:
        raise ValueError("names no crash point; ./shop crash-points --all lists them")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", n):
        raise ValueError("is not name:n with a whole number n from 1")
    return CrashAt(name, int(n))


def arm(at: CrashAt | None, markers: Path) -> None:
    """Make this process, and those that it forks, die at this point; with None nothing happens.

    Each process counts its own passes: a forked child (Celery's) starts at nought, as what its parent passed before the
    fork says nothing of the child's work, and a child that replaces a killed one is like the first.

    Args:
        markers: folder of the marks of this run, made here; who dies leaves one, so that nobody dies here again.
    """
    if at is None:
        return
    markers.mkdir(parents=True, exist_ok=True)
    _count_anew(at, markers)
    os.register_at_fork(after_in_child=lambda: _count_anew(at, markers))


def _count_anew(at: CrashAt, markers: Path) -> None:
    global _armed  # noqa: PLW0603 (one switch a process: a point must cost nothing and know of nothing)
    _armed = _Armed(at, markers, count(1))  # counts in one step, as points are passed in threads too


def _die(armed: _Armed) -> None:
    try:
        # Made before the end, and only by one: two processes may come here at the same moment.
        os.close(os.open(armed.markers / f"{armed.at.name}:{armed.at.n}", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return
    logger.warning("dies at the crash point %s, pass %d", armed.at.name, armed.at.n)
    os.kill(os.getpid(), signal.SIGKILL)
