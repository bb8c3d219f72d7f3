"""An instance of the worker tier that Auto Scaling takes away: the Procfile's processes, and the drain watch."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local.place import CHECKOUT
from tests.deploy.auto_scaling import KEYS, AutoScaling, auto_scaling
from tests.deploy.machine import BASH, Machine, instance_metadata
from tests.deploy.templates import DEPLOY
from tests.faults.processes import living, members
from tests.waiting import free_port, until

WORKER = DEPLOY / "beanstalk-worker"
STAND_INS = DEPLOY.parent / "tests" / "deploy"
STATE = "autoscaling/target-lifecycle-state"
READY_S, END_S = 60, 120
PACE = {"POLL": "1", "HEARTBEAT": "10"}


@dataclass(frozen=True)
class Instance:
    """One that runs, and may be taken away.

    Attributes:
        mains: the main process of each unit.
        metadata: what the instance is told of itself; may be changed.
    """

    machine: Machine
    aws: AutoScaling
    mains: Mapping[str, int]
    metadata: dict[str, str]
    watch: subprocess.Popen[bytes]

    def said(self, text: str) -> int:
        """How often its processes have logged this."""
        return sum(log.read_text(errors="replace").count(text) for log in self.machine.folder.glob("*.log"))

    @property
    def killed(self) -> list[str]:
        """The units that had to be killed, as they did not end when they were asked to."""
        return [call.removeprefix("killed ") for call in self.machine.calls if call.startswith("killed ")]

    async def leave(self) -> None:
        """Take it away; returns when its watch has ended."""
        pids = [pid for main in self.mains.values() for pid in members(main)]
        self.aws.at_work = lambda: living(pids)
        self.metadata[STATE] = "Terminated"

        async def has_ended() -> bool:
            return self.watch.poll() is not None

        await until(has_ended, END_S)


@asynccontextmanager
async def worker_instance(folder: Path, environ: Mapping[str, str]) -> AsyncIterator[Instance]:
    """Start the units of the worker's Procfile and its drain watch; kill what is left at the end."""
    machine = _machine(folder)
    metadata = {"instance-id": "i-1", "placement/region": "eu-central-1", STATE: "InService"}
    with ExitStack() as ending:
        mains = {
            unit: ending.enter_context(_running(command, environ, folder / f"{unit}.log")).pid
            for unit, command in _units(free_port()).items()
        }
        for unit, pid in mains.items():
            (folder / "units" / f"{unit}.service.pid").write_text(str(pid), "utf-8")
        aws = ending.enter_context(auto_scaling())
        told = ending.enter_context(instance_metadata(metadata))
        variables = machine.environment({**KEYS, **told, **PACE, "AWS_ENDPOINT_URL": aws.url})
        script = str(folder / "programs" / "drain-watch.sh")
        watch = ending.enter_context(_running([BASH, script], variables, folder / "watch.log"))
        instance = Instance(machine, aws, mains, metadata, watch)

        async def is_ready() -> bool:
            return all(" ready" in (folder / f"{unit}.log").read_text() for unit in mains)

        await until(is_ready, READY_S)
        yield instance


def _machine(folder: Path) -> Machine:
    """One on which the hook has said how units are stopped."""
    folder.mkdir()
    machine = Machine(folder)
    machine.stand_in("aws", STAND_INS / "aws.py")
    machine.stand_in("systemctl", STAND_INS / "systemctl.py")
    assert machine.run(WORKER / ".platform/hooks/prebuild/50_stop.sh", {}, where=WORKER).returncode == 0
    return machine


def _units(port: int) -> Mapping[str, list[str]]:
    """Name → command of each line of the Procfile, the HTTP process on this port."""
    lines = (WORKER / "Procfile").read_text("utf-8").replace("8100", str(port)).splitlines()
    commands = dict(line.split(": exec python ") for line in lines)
    return {name: [sys.executable, *words.split()] for name, words in commands.items()}


@contextmanager
def _running(command: list[str], environ: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("w") as output, subprocess.Popen(
        command, cwd=CHECKOUT, env=environ, stdout=output, stderr=output, start_new_session=True
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
