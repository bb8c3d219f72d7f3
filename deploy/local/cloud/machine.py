"""One machine as Elastic Beanstalk makes it: nginx before the processes of its bundle's Procfile."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.local.cloud.bundle_files import leaders_command, processes, unpack
from deploy.local.cloud.nginx import Nginx, upstream_ports
from deploy.local.faults import StackFault
from deploy.local.part import Part
from deploy.local.probes import all_of, answers_200

WEB = "web"  # the process that every Procfile must have: nginx passes requests to it
PORT = re.compile(r"(?<=--port )\d+")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A folder that stands for an instance.

    Attributes:
        tier: whose bundles it takes.
        nginx: the name of its nginx; door: where that listens.
        first_port: of those at which its processes listen.
        plain: the parts that its processes are without it, by their names in the Procfile.
        environ: of its processes.
    """

    tier: str
    folder: Path
    nginx: str
    door: int
    first_port: int
    plain: Mapping[str, Part]
    environ: Mapping[str, str] = field(repr=False)

    def take(self, bundle: Path) -> Path:
        """Unpack a bundle, unless it is here; gives where it lies. What runs from another one is not disturbed."""
        app = self.folder / bundle.stem
        if not app.is_dir():
            app.parent.mkdir(parents=True, exist_ok=True)
            unpack(bundle, app)
        return app

    @property
    def current(self) -> Path:
        """The link to what runs, whichever bundle that is."""
        return self.folder / "current"

    def keep_only(self, app: Path) -> None:
        """Let `current` lead to this bundle, and delete all others."""
        new = self.folder / "current.new"
        new.unlink(missing_ok=True)
        new.symlink_to(app.name)
        new.replace(self.current)
        for path in self.folder.glob(f"{self.tier}-*"):
            if path != app:
                shutil.rmtree(path)

    def parts(self, app: Path) -> tuple[Part, ...]:
        """The processes of the Procfile, and the nginx before them, which is configured now.

        Raises:
            StackFault: nginx is not installed, or the bundle has something that this machine does not know.
        """
        on_an_instance = upstream_ports(app)
        moved = {port: self.first_port + port - on_an_instance[0] for port in on_an_instance}
        nginx = Nginx(name=self.nginx, folder=self.folder / "nginx", door=self.door, moved=moved)
        nginx.configure(app)
        commands = processes(app)
        if commands.keys() != self.plain.keys():
            raise StackFault(f"the Procfile of {app.name} has {', '.join(commands)}; known are {', '.join(self.plain)}")
        started = [self._started(name, command, app, moved) for name, command in commands.items()]
        return (*started, nginx.part(self.environ, needs=(self.plain[WEB].name,)))

    def leading(self, app: Path, part: Part) -> Part:
        """A part that does what a bundle wants done once, by one machine, before it starts anywhere."""
        command = ("/bin/sh", "-c", leaders_command(app))
        return replace(part, command=command, folder=app, environment=self._variables(), stamp=None)

    def _started(self, name: str, command: str, app: Path, moved: Mapping[int, int]) -> Part:
        part = self.plain[name]
        line = PORT.sub(lambda found: str(moved[int(found[0])]), command)
        started = replace(part, command=("/bin/sh", "-c", line), folder=app, environment=self._variables())
        if name != WEB:
            return started
        ports = tuple(moved.values())
        return replace(started, ports=ports, probe=all_of(*(answers_200(port, "/readyz") for port in ports)))

    def _variables(self) -> dict[str, str]:
        """The interpreter's programs come first, as those of the platform's venv do."""
        path = os.pathsep.join((str(Path(sys.executable).parent), self.environ["PATH"]))
        return {**self.environ, "PATH": path, "PORT": str(self.first_port)}
