"""Several storefronts of one machine, each a process with a port of its own, kept running by the one that began."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

logger = logging.getLogger("storefront")

AGAIN_S = 1.0  # before a dead one is started again
MOST = 64

Serve = Callable[[int, int], int]  # at this port, tied to this file; returns the exit code


class Siblings:
    def __init__(self, ports: Sequence[int], serve: Serve, end_s: int) -> None:
        """Take what is run in each process, and how long it may take to end after SIGTERM before it is killed."""
        self._ports, self._serve, self._end_s = ports, serve, end_s
        self._running: dict[int, int] = {}  # port by process id
        self._is_stopping = False
        self._tie, self._held = os.pipe()  # read by the children, written by nobody: it ends with this process

    def keep(self) -> int:
        """Run until SIGTERM or SIGINT, and until all of them have ended then; the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop())
        signal.signal(signal.SIGALRM, lambda *_: self._tell(signal.SIGKILL))
        for port in self._ports:
            self._start(port)
        codes = set()
        while self._running:
            pid, status = os.waitpid(-1, 0)
            code, port = os.waitstatus_to_exitcode(status), self._running.pop(pid)
            if self._is_stopping:
                codes.add(code)
                continue
            logger.error("the storefront at port %d ended (%d)", port, code)
            time.sleep(AGAIN_S)
            self._start(port)
        return int(codes != {0})

    def _start(self, port: int) -> None:
        if self._is_stopping:
            return
        pid = os.fork()
        if not pid:
            self._be_one(port)
        self._running[pid] = port
        if self._is_stopping:  # told so before the new one was known
            self._tell(signal.SIGTERM)

    def _be_one(self, port: int) -> None:
        """Never returns."""
        code = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
                signal.signal(number, signal.SIG_DFL)
            os.close(self._held)
            code = self._serve(port, self._tie)
        finally:
            os._exit(code)

    def _stop(self) -> None:
        if not self._is_stopping:
            self._is_stopping = True
            signal.alarm(self._end_s)
            self._tell(signal.SIGTERM)

    def _tell(self, number: signal.Signals) -> None:
        for pid in list(self._running):
            with suppress(ProcessLookupError):  # ended just now
                os.kill(pid, number)


def stop_with(tie: int, stop: asyncio.Event) -> None:
    """Have the running loop set this event when the process at the other end of the tie is gone."""
    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(tie)
        stop.set()

    loop.add_reader(tie, gone)
