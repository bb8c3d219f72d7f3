"""What the person at the terminal sees: prefixed lines of all parts, JSON lines made readable."""

import contextlib
import json
import os
import queue
import sys
import threading
from typing import Any, TextIO

COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
DIM = 90
WIDTH = len("worker-documents")
WAITING_LINES = 10_000
FLUSH_S = 2.0
HIDDEN = frozenset({"at", "level", "process", "logger", "message", "error"})


class Terminal:
    """Writes from a thread of its own, so that a paused terminal (Ctrl-S) never holds up the parts."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._coloured = stream.isatty() and "NO_COLOR" not in os.environ
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING_LINES)
        self._prefixes: dict[str, str] = {}
        self._thread = threading.Thread(target=self._write, name="terminal", daemon=True)
        self._thread.start()

    def show(self, part: str, line: str) -> None:
        """One line of a part; dropped when ten thousand wait already (all are in the part's log)."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(f"{self._prefix(part)} {readable(line)}")

    def say(self, text: str) -> None:
        """Something of the stack's own."""
        for line in text.splitlines():
            self.show("shop", line)

    def close(self) -> None:
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)
        self._thread.join(FLUSH_S)

    def _prefix(self, part: str) -> str:
        if part not in self._prefixes:
            colour = DIM if part == "shop" else COLOURS[len(self._prefixes) % len(COLOURS)]
            plain = f"{part:<{WIDTH}} |"
            self._prefixes[part] = f"\033[{colour}m{plain}\033[0m" if self._coloured else plain
        return self._prefixes[part]

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            # A terminal that was closed must not stop the stack.
            with contextlib.suppress(OSError, ValueError):
                self._stream.write(f"{line}\n")
                self._stream.flush()


def readable(line: str) -> str:
    """A JSON log line as time, level, message and ids; any other line as it is."""
    record = _record(line)
    if record is None:
        return line
    ids = " ".join(f"{name}={value}" for name, value in record.items() if name not in HIDDEN)
    text = f"{str(record.get('at', ''))[11:19]} {record.get('level', ''):<7} {record['message']} {ids}".rstrip()
    return f"{text}\n{record['error']}" if record.get("error") else text


def _record(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "message" in record else None
