"""SIGINT, SIGTERM and SIGHUP: the first asks for an orderly end, one at least a second later kills."""

import asyncio
import signal
import time
from collections.abc import Callable

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PAUSE_S = 1.0  # a terminal, a wrapper and a second finger may send the same Ctrl-C more than once


def hold_signals() -> None:
    """Keep a Ctrl-C that comes before `StopSignals` listens until it does, so that it, too, ends in order."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


class StopSignals:
    """`async with` listens; `stopped` is set by the first signal, `kill` called by a later one."""

    def __init__(self, kill: Callable[[], None]) -> None:
        self.stopped = asyncio.Event()
        self.has_killed = False
        self._kill = kill
        self._first_at = 0.0

    async def __aenter__(self) -> "StopSignals":
        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._receive)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        return self

    async def __aexit__(self, *_: object) -> None:
        for number in SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)
            # The process is about to end: one more Ctrl-C must not spoil its exit code.
            signal.signal(number, signal.SIG_IGN)

    def _receive(self) -> None:
        if not self.stopped.is_set():
            self._first_at = time.monotonic()
            self.stopped.set()
        elif time.monotonic() - self._first_at >= PAUSE_S:
            self.has_killed = True
            self._kill()
