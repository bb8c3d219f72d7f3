"""Keeps one part running: starts it, waits until it is ready, starts it again when it dies."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from deploy.local.faults import PartFailed, StackFault
from deploy.local.logfile import LogFile
from deploy.local.part import Part
from deploy.local.pid_file import PidFile
from deploy.local.place import Place
from deploy.local.process import Process
from deploy.local.terminal import Terminal
from deploy.local.watchdog import Watchdog

MOST_DEATHS = 5  # in a row, before it was ready
FIRST_BACKOFF_S = 0.2  # then 0.4, 0.8, 1.6
LOOK_EVERY_S = 0.04


class State(StrEnum):
    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class Surroundings:
    """What all keepers share."""

    place: Place
    watchdog: Watchdog
    terminal: Terminal | None
    changed: Callable[[], None]

    def say(self, text: str) -> None:
        if self.terminal:
            self.terminal.say(text)


class _NotReady(Exception):
    """One start in vain; says why."""


class Keeper:
    """One part and the process that is it at the moment."""

    def __init__(self, part: Part, surroundings: Surroundings) -> None:
        self.part = part
        self.ready = asyncio.Event()
        self.state = State.WAITING
        self.process: Process | None = None
        self._around = surroundings
        self._is_killed_by_order = False  # since it was started last; such a death says nothing about the part
        self._log = LogFile(surroundings.place.log / f"{part.name}.log")
        self._pid_file = PidFile(surroundings.place.run / f"{part.name}.pid")

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.exit_code is None else None

    async def keep(self) -> None:
        """Keep the part running until cancelled; a one-shot part until it has done its work.

        Raises:
            PartFailed: it died five times in a row before it was ready.
        """
        if self.part.stamp and self.part.stamp.fits():
            return self._enter(State.READY)
        deaths = 0
        while True:
            try:
                await self._bring_up()
            except _NotReady as fault:
                deaths = deaths if self._is_killed_by_order and deaths else deaths + 1
                await self._back_off(deaths, str(fault))
            else:
                deaths = 0
                if self.part.is_one_shot:
                    return None
                await self._watch()

    async def stop(self) -> None:
        """End the process; whoever calls has cancelled `keep` before."""
        if self.process and self.process.exit_code is None:
            self._enter(State.STOPPING)
            if not await self.process.stop(self.part):
                self._around.say(f"{self.part.name} did not end within {self.part.stop_s:g} s and was killed")
        self._clear()
        self._enter(State.STOPPED)

    def kill(self) -> None:
        if self.process:
            self.process.kill()

    def kill_by_order(self) -> None:
        """Kill it as somebody wishes, who means it to be started again."""
        self._is_killed_by_order = True
        self.ready.clear()
        self.kill()

    def close(self) -> None:
        self._log.close()

    async def _bring_up(self) -> None:
        began = time.monotonic()
        self._is_killed_by_order = False
        self._enter(State.STARTING)
        await self._start()
        await self._until_ready()
        if self.part.stamp:
            self.part.stamp.write()
        self._enter(State.READY)
        self._around.say(f"{self.part.name} {self._done} after {time.monotonic() - began:.2f} s")

    @property
    def _done(self) -> str:
        return "done" if self.part.is_one_shot else "ready"

    async def _start(self) -> None:
        try:
            if self.part.prepare:
                await asyncio.to_thread(self.part.prepare)
            self.process = await Process.start(self.part, self._around.watchdog.marks, self._take)
            self._around.watchdog.add(self.process.pid)
            if not self.part.is_one_shot:
                self._pid_file.write(self.process.pid)
        except OSError as error:
            raise _NotReady(f"{self.part.command[0]} cannot be started: {error}") from error

    async def _until_ready(self) -> None:
        process = self._current()
        ended = asyncio.create_task(process.wait())
        try:
            async with asyncio.timeout(self.part.ready_s):
                while not ended.done():
                    if self.part.probe and await self.part.probe(process) and process.exit_code is None:
                        return
                    await asyncio.wait([ended], timeout=LOOK_EVERY_S)
        except TimeoutError:
            await process.stop(self.part)
            raise _NotReady(f"it was not ready within {self.part.ready_s:g} s") from None
        finally:
            ended.cancel()
        self._clear()
        if process.exit_code != 0 or not self.part.is_one_shot:
            raise _NotReady(f"it ended with exit code {process.exit_code}")

    async def _watch(self) -> None:
        code = await self._current().wait()
        self._clear()
        self._enter(State.RESTARTING)
        self._around.say(f"{self.part.name} died (exit code {code}) and is started again")

    async def _back_off(self, deaths: int, reason: str) -> None:
        self._clear()
        if deaths == MOST_DEATHS:
            self._enter(State.FAILED)
            last_lines = tuple(self.process.last_lines) if self.process else ()
            raise PartFailed(self.part.name, f"{reason}, {deaths} times in a row", self.part.hint, last_lines)
        self._enter(State.RESTARTING)
        self._around.say(f"{self.part.name} did not get ready ({reason}); trying again")
        await asyncio.sleep(FIRST_BACKOFF_S * 2 ** (deaths - 1))

    def _current(self) -> Process:
        if not self.process:
            raise StackFault(f"{self.part.name} is not running")
        return self.process

    def _clear(self) -> None:
        if self.process:
            self._around.watchdog.remove(self.process.pid)
        self._pid_file.remove()

    def _enter(self, state: State) -> None:
        self.state = state
        if state is State.READY:
            self.ready.set()
        else:
            self.ready.clear()
        self._around.changed()

    def _take(self, line: bytes) -> None:
        self._log.write(line)
        if self._around.terminal and not self.part.is_quiet:
            self._around.terminal.show(self.part.name, line.decode(errors="replace").rstrip())
