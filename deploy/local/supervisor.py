"""Starts parts in the order of their needs, side by side where they have none, and stops them in reverse."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any

from deploy.local import disk
from deploy.local.faults import StackFault
from deploy.local.keeper import Keeper, Surroundings
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.terminal import Terminal
from deploy.local.watchdog import Watchdog


def _ignore() -> None:
    """Nobody wants to know."""


class Supervisor:
    """The parts of one stack. `async with` starts all of them and stops them at the end."""

    def __init__(
        self,
        parts: Iterable[Part],
        place: Place,
        terminal: Terminal | None = None,
        held_files: tuple[int, ...] = (),
    ) -> None:
        self.on_change: Callable[[], None] = _ignore
        self._watchdog = Watchdog(held_files)
        around = Surroundings(place, self._watchdog, terminal, self._changed)
        self._keepers = {part.name: Keeper(part, around) for part in parts}
        self._keeping: dict[str, asyncio.Task[None]] = {}
        self._spared: set[str] = set()
        self._is_killed = False

    async def __aenter__(self) -> "Supervisor":
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start all parts; returns when all are ready.

        Raises:
            StackFault: a part cannot be started; the others are left as they are.
        """
        await self._watchdog.start()
        for keeper in self._keepers.values():
            self._keep(keeper)
        await self._first_of(self._all_ready())

    async def watch(self) -> None:
        """Return never; raise the StackFault of a part that fails for good."""
        await self._first_of(asyncio.Event().wait())

    async def stop(self) -> None:
        """Stop all parts, each as soon as nothing that needs it is left."""
        stopped = {name: asyncio.Event() for name in self._keepers}
        await asyncio.gather(*(self._stop_in_turn(keeper, stopped) for keeper in self._keepers.values()))
        await self._watchdog.close()
        for keeper in self._keepers.values():
            keeper.close()

    def kill(self) -> None:
        """Kill whatever still runs; `stop` then has nothing to wait for."""
        self._is_killed = True
        for task in self._keeping.values():
            task.cancel()
        for keeper in self._keepers.values():
            keeper.kill()

    def spare(self, name: str) -> None:
        """Whatever becomes of this part, the stack runs on from now on."""
        self._spared.add(name)

    async def stop_part(self, name: str) -> None:
        """Stop one part alone; it stays down until `start_part`."""
        self.spare(name)
        await self._stop(self._keepers[name])

    def change_part(self, part: Part) -> None:
        """What a part that is down will be when it is started again; its place among the others stays the same."""
        keeper = self._keepers[part.name]
        keeper.part = replace(part, needs=keeper.part.needs, opens_after=keeper.part.opens_after)

    async def start_part(self, name: str) -> None:
        """Start a part that is down; returns when it is ready.

        Raises:
            StackFault: it cannot be started; the others run on without it.
        """
        keeper = self._keepers[name]
        if not self.is_kept(name):
            self._keep(keeper)
        ready = asyncio.create_task(keeper.ready.wait())
        await asyncio.wait([ready, self._keeping[name]], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        _raise_fault(self._keeping[name])

    def is_kept(self, name: str) -> bool:
        """Whether this part is, or soon will be, running."""
        return name in self._keeping and not self._keeping[name].done()

    def kill_part(self, name: str) -> None:
        """SIGKILL to one part, which is then started again like any dead part."""
        self._keepers[name].kill_by_order()

    async def until_ready(self, name: str) -> None:
        await self._first_of(self._keepers[name].ready.wait())

    @property
    def guard_pid(self) -> int:
        """The process that sees to it that nothing outlives this one."""
        return self._watchdog.pid

    def rows(self) -> list[dict[str, Any]]:
        """A row for every part that keeps running: name, pid, port, state."""
        return [
            {
                "name": keeper.part.name,
                "pid": keeper.pid,
                "port": next(iter(keeper.part.ports), None),
                "state": str(keeper.state),
            }
            for keeper in self._keepers.values()
            if not keeper.part.is_one_shot
        ]

    def _changed(self) -> None:
        self.on_change()

    def _keep(self, keeper: Keeper) -> None:
        self._keeping[keeper.part.name] = asyncio.create_task(self._keep_in_turn(keeper))

    async def _keep_in_turn(self, keeper: Keeper) -> None:
        for name in (*keeper.part.needs, *keeper.part.opens_after):
            if self.is_kept(name) or name not in self._spared:  # else nobody knows when it will be there again
                await self._keepers[name].ready.wait()
        await keeper.keep()

    async def _all_ready(self) -> None:
        for keeper in self._keepers.values():
            await keeper.ready.wait()

    async def _first_of(self, awaited: Coroutine[Any, Any, object]) -> None:
        """Wait for this, unless a part fails for good."""
        waiting = asyncio.create_task(awaited)
        try:
            while not waiting.done():
                await asyncio.wait([waiting, *self._unfinished()], return_when=asyncio.FIRST_COMPLETED)
                self._raise_faults()
        finally:
            waiting.cancel()

    def _unfinished(self) -> list[asyncio.Task[None]]:
        return [task for task in self._keeping.values() if not task.done()]

    def _raise_faults(self) -> None:
        for name, task in self._keeping.items():
            if name not in self._spared:
                _raise_fault(task)

    async def _stop_in_turn(self, keeper: Keeper, stopped: dict[str, asyncio.Event]) -> None:
        for other in self._keepers.values():
            if keeper.part.name in other.part.needs:
                await stopped[other.part.name].wait()
        await self._stop(keeper)
        stopped[keeper.part.name].set()

    async def _stop(self, keeper: Keeper) -> None:
        task = self._keeping.get(keeper.part.name)
        if task and not task.done():
            task.cancel()
            await asyncio.wait([task])
        if self._is_killed:
            keeper.kill()
        await keeper.stop()


def _raise_fault(task: asyncio.Task[None]) -> None:
    if task.done() and not task.cancelled() and (fault := task.exception()):
        raise _as_stack_fault(fault)


def _as_stack_fault(fault: BaseException) -> StackFault:
    if isinstance(fault, StackFault):
        return fault
    told = StackFault(disk.sentence(fault) if isinstance(fault, OSError) else str(fault))
    told.__cause__ = fault
    return told
