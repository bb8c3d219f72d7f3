"""A rolling deployment on the machines of a running cloud, in the order in which Elastic Beanstalk does it."""

import asyncio
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.cloud.fleet import LEADER
from deploy.local.cloud.machine import Machine
from deploy.local.faults import StackFault
from deploy.local.instances import Instances
from deploy.local.part import Part
from deploy.local.supervisor import Supervisor
from deploy.release.bundling import Release

LEADS_S = 120.0  # what the leader does once
Tell = Callable[[str], None]


class Rollout:
    """Storefront after storefront, each out of rotation meanwhile, then the worker; the leader migrates first."""

    def __init__(
        self, machines: Mapping[str, Machine], instances: Instances, supervisor: Supervisor, tell: Tell
    ) -> None:
        """Take the machines of a cloud, and who keeps them running."""
        self._machines, self._instances, self._supervisor, self._tell = machines, instances, supervisor, tell

    async def bring(self, release: Release) -> None:
        """Returns when every machine runs this release.

        Raises:
            StackFault: a machine does not; those after it run what they ran.
        """
        for name in self._instances.names:
            began = time.monotonic()
            await self._storefront(name, release.zips["web"])
            self._tell(f"{name} runs {release.label} after {time.monotonic() - began:.1f} s")
        began, worker = time.monotonic(), self._machines["worker"]
        app = await asyncio.to_thread(worker.take, release.zips["worker"])
        await self._replace(worker, app)
        self._tell(f"the worker runs {release.label} after {time.monotonic() - began:.1f} s")

    async def _storefront(self, name: str, bundle: Path) -> None:
        """Drained, unpacked, migrated if it leads, stopped, started from the new folder, and back in rotation."""
        machine = self._machines[name]
        await self._instances.drain(name)
        app = await asyncio.to_thread(machine.take, bundle)
        if name == LEADER:
            await asyncio.to_thread(_lead, machine, app)
            self._tell(f"{name} has migrated the database")
        await self._instances.stop(name)
        await self._replace(machine, app)
        await self._instances.start(name)

    async def _replace(self, machine: Machine, app: Path) -> None:
        """Stop what is left of a machine's parts, nginx first, and start those of another bundle."""
        parts = await asyncio.to_thread(machine.parts, app)
        *processes, nginx = parts
        await self._supervisor.stop_part(nginx.name)
        await asyncio.gather(*(self._supervisor.stop_part(part.name) for part in processes))
        for part in parts:
            self._supervisor.change_part(part)
        await asyncio.gather(*(self._supervisor.start_part(part.name) for part in parts))
        machine.keep_only(app)


def _lead(machine: Machine, app: Path) -> None:
    """Blocks.

    Raises:
        StackFault: it fails, or takes too long.
    """
    part = machine.leading(app, Part(name="leader", command=(), environment={}))
    try:
        done = subprocess.run(
            part.command, cwd=part.folder, env=part.environment, capture_output=True, check=False, timeout=LEADS_S
        )
    except subprocess.TimeoutExpired:
        raise StackFault(f"the leader's commands did not end within {LEADS_S:g} s") from None
    if done.returncode:
        raise StackFault(f"the leader's commands failed: {done.stderr.decode(errors='replace').strip()[-500:]}")
