"""Three storefronts behind the balancer and a worker, as in the mode `ha` on AWS."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from deploy.local.cloud.machine import WEB, Machine
from deploy.local.cloud.variables import variables
from deploy.local.environment import environment
from deploy.local.first_data import MIGRATE
from deploy.local.fleet import Fleet
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.tiers import storefront_part, worker_daemon, worker_processes
from deploy.release.bundling import Release

MACHINES, READERS = 3, 1
WORKER_NGINX = "nginx-worker"
LEADER = "storefront-1"


class Cloud(Fleet):
    """The machines of both tiers. The balancer says https: an ALB ends that, and the shipped nginx insists on it."""

    def __init__(
        self, place: Place, ports: Ports, release: Release, *, machines: int = MACHINES, is_sticky: bool = False
    ) -> None:
        """`machines`: storefronts; there is one worker."""
        super().__init__(place, ports, machines, is_sticky=is_sticky, scheme="https")
        self._release = release

    def machines(self, environ: Mapping[str, str]) -> Mapping[str, Machine]:
        """The storefronts' by their names, and the worker's, `worker`."""
        ours = environment(self._place.state, self._ports, {}).keys()
        of_tier = {tier: variables(tier, environ, ours) for tier in self._release.zips}
        worker = self._worker(of_tier["worker"])
        opens_after = (WORKER_NGINX, *(part.name for part in worker.plain.values()))
        storefronts = {
            name: self._storefront(number, of_tier["web"], opens_after) for number, name in self.names.items()
        }
        return {"worker": worker, **storefronts}

    def tier_parts(self, environ: Mapping[str, str]) -> tuple[Part, ...]:
        """All machines, on which this release is unpacked now, the worker's daemon, and the balancer.

        Raises:
            StackFault: nginx or HAProxy is not installed.
        """
        machines = self.machines(environ)
        apps = {name: machine.take(self._release.zips[machine.tier]) for name, machine in machines.items()}
        for name, machine in machines.items():
            machine.keep_only(apps[name])
        parts = [part for name, machine in machines.items() for part in machine.parts(apps[name])]
        nginxes = tuple(machine.nginx for machine in machines.values() if machine.tier == "web")
        balancer = replace(self._balancer.part(environ), needs=nginxes)
        return (*parts, *self._daemon(environ, machines["worker"].current / "cron.yaml"), balancer)

    def led(self, part: Part, environ: Mapping[str, str]) -> Part:
        """The release migrates as its leader does; the first data come from its files, too."""
        leader = self.machines(environ)[LEADER]
        app = leader.take(self._release.zips[leader.tier])
        return leader.leading(app, part) if part.name == MIGRATE else replace(part, folder=app)

    def addresses(self) -> tuple[str, ...]:
        told = f"  Release       {self._release.label}   worker's nginx at {self._ports.worker_nginx}"
        return (*super().addresses(), told)

    def _storefront(self, number: int, environ: Mapping[str, str], opens_after: tuple[str, ...]) -> Machine:
        first_port = self._ports.process(number)
        return Machine(
            tier="web",
            folder=self._place.machines / self.names[number],
            nginx=f"nginx-{number}",
            door=self._ports.instance(number),
            first_port=first_port,
            plain={WEB: storefront_part(number, first_port, environ, opens_after)},
            environ=environ,
        )

    def _worker(self, environ: Mapping[str, str]) -> Machine:
        plain = {part.name.removeprefix("worker-"): part for part in worker_processes(self._ports, environ)}
        return Machine(
            tier="worker",
            folder=self._place.machines / "worker",
            nginx=WORKER_NGINX,
            door=self._ports.worker_nginx,
            first_port=self._ports.worker_http,
            plain={WEB: plain.pop("http"), **plain},
            environ=environ,
        )

    def _daemon(self, environ: Mapping[str, str], schedule: Path) -> tuple[Part, ...]:
        """It knocks at nginx, as on an instance."""
        daemons = worker_daemon(self._place, environ, self._ports.worker_nginx, schedule)
        return tuple(replace(daemon, opens_after=(WORKER_NGINX,)) for daemon in daemons)
