"""What a part of the stack is: a command, how to see that it is ready, and what it needs."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deploy.local.place import CHECKOUT

BALANCER = "haproxy"  # the name of the part that is there with --instances only
FIRST_READER = "mariadb-reader-1"  # and of one that is there with --readers only


class Output(Protocol):
    """What a running process has said so far."""

    said_ready: bool


# Asked again and again while the part starts; must answer within seconds and not raise.
Probe = Callable[[Output], Awaitable[bool]]


@dataclass(frozen=True)
class Stamp:
    """Remembers in a file that a one-shot part has done its work, so that a later start can leave it out."""

    path: Path
    text: str

    def fits(self) -> bool:
        return self.path.is_file() and self.path.read_text(encoding="utf-8") == self.text

    def write(self) -> None:
        self.path.write_text(self.text, encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One process of the stack.

    Attributes:
        probe: None for a one-shot part, which is ready when it has ended with 0.
        needs: parts that must be ready before this one starts, and are stopped after it.
        opens_after: parts that must be ready before this one starts; they may stop side by side.
        folder: where its command is run.
        ports: what it listens at; the first one is shown by `status`.
        prepare: called in a thread before each start, e.g. to make a data folder.
        stamp: for one-shot parts; while it fits, the part is left out.
        stop_signal: asks it to end; it has `stop_s` seconds for it.
        hint: the next step when it does not get ready.
        is_quiet: what it says is in its log and not on the terminal.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    folder: Path = CHECKOUT
    probe: Probe | None = None
    needs: tuple[str, ...] = ()
    opens_after: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    prepare: Callable[[], None] | None = None
    stamp: Stamp | None = None
    input_text: str = field(default="", repr=False)
    hint: str = ""
    is_quiet: bool = False
    ready_s: float = 60
    stop_s: float = 5
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def is_one_shot(self) -> bool:
        return self.probe is None
