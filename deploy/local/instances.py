"""`instance start|drain|stop|kill K`, on the supervisor's side."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from deploy.local.faults import UsageFault
from deploy.local.fleet import Fleet
from deploy.local.supervisor import Supervisor

LONGEST_REQUEST_S = 30.0  # as long as an ALB's target may take to deregister here; a stream may go on for ever
LOOK_EVERY_S = 0.05


class Instances:
    """What may be done to each storefront of a running fleet; one thing at a time to each."""

    def __init__(self, fleet: Fleet, supervisor: Supervisor) -> None:
        self._fleet = fleet
        self._rotation = fleet.rotation
        self._supervisor = supervisor
        self._turns = {name: asyncio.Lock() for name in fleet.names.values()}
        self._actions: dict[str, Callable[[str], Awaitable[str]]] = {
            "start": self.start,
            "drain": self.drain,
            "stop": self.stop,
            "kill": self.kill,
        }

    async def obey(self, request: Mapping[str, Any]) -> str:
        """Carry out `{"action", "instance"}` and tell what is so now.

        Raises:
            UsageFault: there is no such action or instance.
            StackFault: it cannot be done.
        """
        action, number = request.get("action"), request.get("instance")
        if not isinstance(action, str) or action not in self._actions:
            raise UsageFault(f"an instance can be told to {', '.join(self._actions)}")
        if not isinstance(number, int) or number not in self._fleet.names:
            raise UsageFault(f"there is no instance {number}: this shop has 1 to {len(self._fleet.names)}")
        return await self._actions[action](self._fleet.names[number])

    @property
    def names(self) -> Iterable[str]:
        """The storefronts'."""
        return self._fleet.names.values()

    async def start(self, name: str) -> str:
        """Start it if it is down, and put it back into rotation."""
        async with self._turns[name]:
            await self._supervisor.start_part(name)
            await self._rotation.put_back(name)
            return f"{name} is in rotation"

    async def drain(self, name: str) -> str:
        """Take it out of rotation; its running requests go on."""
        async with self._turns[name]:
            await self._rotation.take_out(name)
            return f"{name} gets no new requests{self._who_is_left()}"

    async def stop(self, name: str) -> str:
        """Drain it, wait for its running requests, and end it; it stays down until `start`."""
        async with self._turns[name]:
            await self._rotation.take_out(name)
            left = await self._wait_for_requests(name)
            await self._supervisor.stop_part(name)
            rest = f"; requests that still ran after {LONGEST_REQUEST_S:g} s: {left}" if left else ""
            return f"{name} is stopped{rest}{self._who_is_left()}"

    async def kill(self, name: str) -> str:
        """SIGKILL, whatever else is being done to it; it is started again at once."""
        if not self._supervisor.is_kept(name):
            raise UsageFault(f"{name} is stopped. Start it: ./shop instance start {name.rpartition('-')[2]}")
        self._supervisor.kill_part(name)
        return f"{name} is killed and started again"

    async def _wait_for_requests(self, name: str) -> int:
        """Wait until it has answered; gives how many requests it still answers when patience ends."""
        loop = asyncio.get_running_loop()
        end = loop.time() + LONGEST_REQUEST_S
        while (running := await self._rotation.requests_at(name)) and loop.time() < end:  # noqa: ASYNC110 (HAProxy's)
            await asyncio.sleep(LOOK_EVERY_S)
        return running

    def _who_is_left(self) -> str:
        in_rotation = len(self._turns) - len(self._rotation.out)
        return "" if in_rotation else ". No instance is left: the balancer answers 503"
