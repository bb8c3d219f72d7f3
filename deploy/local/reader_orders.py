"""`reader lag|kill|start K [SECONDS]`, on the supervisor's side."""

import asyncio
from collections.abc import Mapping
from typing import Any

from deploy.local import replication
from deploy.local.faults import UsageFault
from deploy.local.readers import Readers
from deploy.local.supervisor import Supervisor

LONGEST_LAG_S = 3600


class ReaderOrders:
    """What drills may do to each replica of a running stack; one thing at a time to each."""

    def __init__(self, readers: Readers, supervisor: Supervisor) -> None:
        self._readers = readers
        self._supervisor = supervisor
        self._turns = {name: asyncio.Lock() for name in readers.names.values()}

    async def obey(self, request: Mapping[str, Any]) -> str:
        """Carry out `{"action", "reader"}`, with "seconds" for a lag, and tell what is so now.

        Raises:
            UsageFault: there is no such action or reader, or no such lag.
            StackFault: it cannot be done.
        """
        number = request.get("reader")
        if not isinstance(number, int) or number not in self._readers.names:
            raise UsageFault(f"there is no reader {number}: this shop has 1 to {len(self._readers.names)}")
        name = self._readers.names[number]
        async with self._turns[name]:
            match request.get("action"):
                case "lag":
                    return await self._lag(name, _seconds(request))
                case "kill":
                    return await self._kill(name)
                case "start":
                    return await self._start(name)
        raise UsageFault("a reader can be told to lag, kill, start")

    async def _lag(self, name: str, seconds: int) -> str:
        """From now on it applies everything so many seconds late, also after it was killed and started."""
        self._readers.delays_s[name] = seconds
        if not self._supervisor.is_kept(name):
            return f"{name} is down; started again, it {self._how(name)}"
        await self._supervisor.start_part(name)  # it may just have died
        await replication.delay(self._readers.port(name), seconds)
        return f"{name} {self._how(name)}"

    async def _kill(self, name: str) -> str:
        """SIGKILL; it stays down until `start`, so that a drill decides for how long."""
        if not self._supervisor.is_kept(name):
            raise UsageFault(f"{name} is down. Start it: ./shop reader start {name.rpartition('-')[2]}")
        self._supervisor.kill_part(name)
        await self._supervisor.stop_part(name)
        return f"{name} is killed and stays down"

    async def _start(self, name: str) -> str:
        """Start it if it is down; it goes on from where it was."""
        await self._supervisor.start_part(name)
        return f"{name} {self._how(name)}"

    def _how(self, name: str) -> str:
        seconds = self._readers.delays_s[name]
        return f"follows the writer {seconds} s late" if seconds else "follows the writer at once"


def _seconds(request: Mapping[str, Any]) -> int:
    seconds = request.get("seconds")
    if not isinstance(seconds, int) or not 0 <= seconds <= LONGEST_LAG_S:
        raise UsageFault(f"a lag is 0 to {LONGEST_LAG_S} whole seconds: ./shop reader lag 1 3")
    return seconds
